namespace Skydive.Agent.Topology;

/// <summary>The best name first, then the first path, then the first source.</summary>
internal sealed class NamespaceUseOrder : IComparer<NamespaceUse>
{
    private NamespaceUseOrder()
    {
    }

    public static NamespaceUseOrder Instance { get; } = new();

    public int Compare(NamespaceUse? x, NamespaceUse? y)
    {
        if (x is null || y is null)
        {
            return x is null ? (y is null ? 0 : 1) : -1;
        }

        int order = x.Precedence.CompareTo(y.Precedence);
        order = order != 0 ? order : string.CompareOrdinal(x.Path, y.Path);
        return order != 0 ? order : string.CompareOrdinal(x.Source, y.Source);
    }
}
