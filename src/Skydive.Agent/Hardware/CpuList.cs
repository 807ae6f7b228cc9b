using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Skydive.Agent.Hardware;

/// <summary>
/// The kernel's way to write a set of CPUs: numbers and ranges separated by commas, such as <c>3,4,7-9</c>.
/// Source: Documentation/admin-guide/cputopology.rst of the kernel.
/// </summary>
internal static class CpuList
{
    /// <summary>More than any kernel is built for, so that a damaged text cannot ask for gigabytes.</summary>
    private const int MaximumCpu = 65_535;

    /// <summary>Reads a list.</summary>
    /// <param name="text">The text; white space around it is left out.</param>
    /// <param name="cpus">The numbers in the order in which they stand there; empty for an empty text.</param>
    /// <param name="error">What is wrong: which part, and what was expected.</param>
    /// <returns>False when a part is no number, or no range from a number up to one that is not smaller.</returns>
    public static bool TryParse(string text, out IReadOnlyList<int> cpus, [NotNullWhen(false)] out string? error)
    {
        var list = new List<int>();
        cpus = list;
        error = null;
        text = text.Trim();
        if (text.Length == 0)
        {
            return true;
        }

        foreach (string part in text.Split(','))
        {
            int dash = part.IndexOf('-', StringComparison.Ordinal);
            bool isValid = TryParseNumber(dash < 0 ? part : part.AsSpan(0, dash), out int first);
            int last = first;
            if (dash >= 0)
            {
                isValid &= TryParseNumber(part.AsSpan(dash + 1), out last) && last >= first;
            }

            if (!isValid)
            {
                error = $"'{part}' in CPU list '{text}' is not valid: expected a number up to {MaximumCpu}, or a range such as 7-9";
                return false;
            }

            for (int cpu = first; cpu <= last; cpu++)
            {
                if (list.Count > MaximumCpu)
                {
                    error = $"CPU list '{text}' names more than {MaximumCpu} CPUs";
                    return false;
                }

                list.Add(cpu);
            }
        }

        return true;
    }

    private static bool TryParseNumber(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number <= MaximumCpu;
}
