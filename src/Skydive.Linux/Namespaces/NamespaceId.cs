using System.Globalization;

namespace Skydive.Linux.Namespaces;

/// <summary>
/// What tells one namespace from another on a host: the device and inode of its file, the same by whatever path it was opened.
/// A number may be used again once the namespace is gone.
/// </summary>
/// <param name="Device">The device number as <c>stat</c> gives it (<c>st_dev</c>).</param>
/// <param name="Inode">The inode number, as in the link text <c>net:[4026531840]</c>.</param>
public readonly record struct NamespaceId(ulong Device, ulong Inode)
{
    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"net:[{Inode}]");
}
