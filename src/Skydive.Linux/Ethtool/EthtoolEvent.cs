namespace Skydive.Linux.Ethtool;

/// <summary>One change that the kernel told of: of the features or of the link settings of an interface, all of them as they are now.</summary>
/// <param name="Features">The features; null when the link settings changed.</param>
/// <param name="LinkSettings">The link settings; null when the features changed.</param>
public readonly record struct EthtoolEvent(InterfaceFeatures? Features, LinkSettings? LinkSettings)
{
    /// <summary>The index of the interface.</summary>
    public int Index => Features?.Index ?? LinkSettings?.Index ?? 0;
}
