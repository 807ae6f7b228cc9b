using Skydive.Linux.Netlink;

namespace Skydive.Linux.GenericNetlink;

/// <summary>Decodes <c>CTRL_CMD_NEWFAMILY</c>, the answer of the family that knows the others (<c>nlctrl</c>).</summary>
internal sealed class GenericFamilyDecoder() : NetlinkDecoder<GenericFamily>(GenericHeader.Size)
{
    internal const ushort ControllerId = 16; // GENL_ID_CTRL
    internal const byte CommandGetFamily = 3; // CTRL_CMD_GETFAMILY
    internal const int AttributeName = 2; // CTRL_ATTR_FAMILY_NAME

    private const byte CommandNewFamily = 1; // CTRL_CMD_NEWFAMILY
    private const int AttributeId = 1; // CTRL_ATTR_FAMILY_ID
    private const int AttributeVersion = 3; // CTRL_ATTR_VERSION
    private const int AttributeOperations = 6; // CTRL_ATTR_OPS
    private const int AttributeGroups = 7; // CTRL_ATTR_MCAST_GROUPS
    private const int OperationId = 1; // CTRL_ATTR_OP_ID
    private const int GroupName = 1; // CTRL_ATTR_MCAST_GRP_NAME
    private const int GroupId = 2; // CTRL_ATTR_MCAST_GRP_ID

    internal static GenericFamilyDecoder Instance { get; } = new();

    /// <inheritdoc/>
    protected override bool IsKnown(in NetlinkMessage message) => message.Type == ControllerId;

    /// <inheritdoc/>
    protected override GenericFamily? Read(ReadOnlySpan<byte> header, ref NetlinkAttributeReader attributes)
    {
        if (header[0] != CommandNewFamily)
        {
            return null;
        }

        string name = string.Empty;
        ushort id = 0;
        byte version = 0;
        var commands = new HashSet<byte>();
        var groups = new Dictionary<string, uint>(StringComparer.Ordinal);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case AttributeId:
                    id = attributes.ReadUInt16();
                    break;
                case AttributeName:
                    name = attributes.ReadString();
                    break;
                case AttributeVersion:
                    version = (byte)attributes.ReadUInt32();
                    break;
                case AttributeOperations:
                    ReadOperations(ref attributes, commands);
                    break;
                case AttributeGroups:
                    ReadGroups(ref attributes, groups);
                    break;
            }
        }

        return new GenericFamily { Name = name, Id = id, Version = version, Commands = commands, Groups = groups };
    }

    // Operations and groups are arrays: each element is an attribute whose type is its place, with its own attributes inside.
    private static void ReadOperations(ref NetlinkAttributeReader attributes, HashSet<byte> commands)
    {
        NetlinkAttributeReader elements = attributes.ReadNested();
        while (elements.MoveNext())
        {
            NetlinkAttributeReader operation = elements.ReadNested();
            while (operation.MoveNext())
            {
                if (operation.Type == OperationId)
                {
                    commands.Add((byte)operation.ReadUInt32());
                }
            }

            elements.Absorb(operation);
        }

        attributes.Absorb(elements);
    }

    private static void ReadGroups(ref NetlinkAttributeReader attributes, Dictionary<string, uint> groups)
    {
        NetlinkAttributeReader elements = attributes.ReadNested();
        while (elements.MoveNext())
        {
            string? name = null;
            uint id = 0;
            NetlinkAttributeReader group = elements.ReadNested();
            while (group.MoveNext())
            {
                switch (group.Type)
                {
                    case GroupName:
                        name = group.ReadString();
                        break;
                    case GroupId:
                        id = group.ReadUInt32();
                        break;
                }
            }

            elements.Absorb(group);
            if (name is not null)
            {
                groups[name] = id;
            }
        }

        attributes.Absorb(elements);
    }
}
