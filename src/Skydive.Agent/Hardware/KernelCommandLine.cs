using System.Text;
using Skydive.Contracts.Metadata;

namespace Skydive.Agent.Hardware;

/// <summary>
/// The kernel's command line as a map: <c>k=v</c> is a text, a bare word is true, the last of several wins. Keys with dots are nested maps, as
/// everywhere in metadata. Quotes keep white space together and are no part of the value.
/// Source: Documentation/admin-guide/kernel-parameters.rst.
/// </summary>
internal static class KernelCommandLine
{
    /// <summary>Reads a command line.</summary>
    /// <param name="text">The text of <c>/proc/cmdline</c>.</param>
    public static MetadataMap Parse(string text)
    {
        var parameters = new MetadataBuilder();
        foreach (string word in Split(text))
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? word : word[..equals];

            // A key that is nested deeper than metadata can be is no parameter of any kernel.
            if (key.Length > 0 && key.AsSpan().Count('.') < MetadataJson.MaximumDepth / 2)
            {
                parameters.Set(key, equals < 0 ? true : word[(equals + 1)..]);
            }
        }

        return parameters.Build();
    }

    private static IEnumerable<string> Split(string text)
    {
        var word = new StringBuilder();
        bool isQuoted = false;
        foreach (char character in text)
        {
            if (character == '"')
            {
                isQuoted = !isQuoted;
            }
            else if (char.IsWhiteSpace(character) && !isQuoted)
            {
                if (word.Length > 0)
                {
                    yield return word.ToString();
                    word.Clear();
                }
            }
            else
            {
                word.Append(character);
            }
        }

        if (word.Length > 0)
        {
            yield return word.ToString();
        }
    }
}
