using System.Text;
using System.Text.RegularExpressions;
using Skydive.Analyzer.Resources;
using Skydive.Contracts.Errors;

namespace Skydive.Analyzer.Captures;

/// <summary>
/// The way in which the first versions of Skydive named the node of a capture: the host and what is below it, such as
/// <c>host1[Type=host]/br1[Type=ovsbridge]</c>; <c>*</c> instead of the host stands for all hosts.
/// </summary>
internal static partial class ProbePath
{
    private const string AnyHost = "*";

    /// <summary>Turns a path into a Gremlin expression that gives the node at its end.</summary>
    /// <param name="path">The path.</param>
    /// <exception cref="ResourceException">It is not valid.</exception>
    public static string ToGremlin(string path)
    {
        var gremlin = new StringBuilder("G.V()");
        string[] parts = path.Split('/');
        for (int i = 0; i < parts.Length; i++)
        {
            if (i > 0)
            {
                gremlin.Append(".OutE('RelationType', 'ownership').OutV()");
            }

            if (parts[i] == AnyHost && i == 0)
            {
                gremlin.Append(".Has('Type', 'host')");
            }
            else if (Part().Match(parts[i]) is { Success: true } part)
            {
                gremlin.Append(".Has('Name', ").Append(Quote(part.Groups["name"].Value)).Append(", 'Type', ").Append(Quote(part.Groups["type"].Value)).Append(')');
            }
            else
            {
                throw new ResourceException(
                    400,
                    ErrorCodes.InvalidCapture,
                    $"ProbePath: '{parts[i]}' is not valid: expected name[Type=type]{(i == 0 ? $" or {AnyHost}" : string.Empty)}, as in host1[Type=host]/eth0[Type=device]");
            }
        }

        return gremlin.ToString();
    }

    private static string Quote(string text) =>
        "'" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("'", "\\'", StringComparison.Ordinal) + "'";

    [GeneratedRegex(@"\A(?<name>[^\[\]]+)\[Type=(?<type>[^\[\]=,]+)\]\z", RegexOptions.CultureInvariant)]
    private static partial Regex Part();
}
