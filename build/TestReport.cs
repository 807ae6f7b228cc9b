using System.Collections.Immutable;
using System.Globalization;
using System.Xml.Linq;

namespace Skydive.Build;

/// <summary>How many tests passed and were skipped, and which failed.</summary>
internal sealed record TestReport(int Passed, ImmutableArray<TestFailure> Failures, int Skipped)
{
    // A message with its stack is worth showing; a dump of a whole answer is not.
    private const int MaxMessageLines = 12;

    public static TestReport Empty { get; } = new(0, [], 0);

    public bool Failed => Failures.Length > 0;

    public bool IsEmpty => Passed == 0 && !Failed;

    public static TestReport operator +(TestReport left, TestReport right) =>
        new(left.Passed + right.Passed, left.Failures.AddRange(right.Failures), left.Skipped + right.Skipped);

    /// <summary>The report of something that went wrong outside any test.</summary>
    public static TestReport Failure(string name, string message) => new(0, [new(name, message)], 0);

    /// <summary>Reads a result file in JUnit's form.</summary>
    public static TestReport FromJUnit(string path)
    {
        int passed = 0;
        int skipped = 0;
        var failures = ImmutableArray.CreateBuilder<TestFailure>();
        foreach (var testCase in XDocument.Load(path).Descendants("testcase"))
        {
            if ((testCase.Element("failure") ?? testCase.Element("error")) is { } fault)
            {
                failures.Add(new(NameOf(testCase), $"{(string?)fault.Attribute("message")}\n{fault.Value}"));
            }
            else if (testCase.Element("skipped") is not null)
            {
                skipped++;
            }
            else
            {
                passed++;
            }
        }

        return new(passed, failures.ToImmutable(), skipped);
    }

    /// <summary>Writes the tests that failed with what they said, and the counts alone on the last line.</summary>
    public void Write()
    {
        if (Failed)
        {
            Console.WriteLine("=== FAILED");
            foreach (var failure in Failures)
            {
                Console.WriteLine(failure.Name);
                foreach (string line in failure.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct().Take(MaxMessageLines))
                {
                    Console.WriteLine($"    {line}");
                }
            }
        }

        Console.Out.Flush();
        Console.WriteLine(this);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Passed} passed, {Failures.Length} failed, {Skipped} skipped");

    // xunit's class names stand in an attribute of their own; Pester's names are whole.
    private static string NameOf(XElement testCase)
    {
        string name = (string?)testCase.Attribute("name") ?? "(no name)";
        return (string?)testCase.Attribute("classname") is { } type && !name.StartsWith(type, StringComparison.Ordinal) ? $"{type}: {name}" : name;
    }
}
