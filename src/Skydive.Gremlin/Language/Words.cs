using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Language;

/// <summary>The words that stand as arguments without quotes. Their case does not matter.</summary>
internal static class Words
{
    public const string Ascending = "ASC";
    public const string Descending = "DESC";
    public const string Now = "NOW";
    public const string Forever = "FOREVER";

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<string> All = [Ascending, Descending, Now, Forever];

    public static bool IsAscending(ArgumentSyntax argument) => Is(argument, Ascending);

    public static bool IsDescending(ArgumentSyntax argument) => Is(argument, Descending);

    public static bool IsNow(ArgumentSyntax argument) => Is(argument, Now);

    public static bool IsForever(ArgumentSyntax argument) => Is(argument, Forever);

    private static bool Is(ArgumentSyntax argument, string word) => argument is WordSyntax syntax && syntax.Name.Equals(word, StringComparison.OrdinalIgnoreCase);
}
