namespace Skydive.Contracts.Injections;

/// <summary>The values of <see cref="Injection.Mode"/>.</summary>
public static class InjectionModes
{
    /// <summary>All packets of a source have the same ICMP identifier or source port, those of each further source the next one.</summary>
    public const string Unique = "unique";

    /// <summary>Each packet after the first has an ICMP identifier or source port of its own.</summary>
    public const string Random = "random";
}
