using System.Globalization;
using System.Xml.Linq;

namespace Skydive.Build;

/// <summary>How many tests passed, failed and were skipped.</summary>
internal sealed record TestCounts(int Passed, int Failed, int Skipped)
{
    public static TestCounts operator +(TestCounts left, TestCounts right) =>
        new(left.Passed + right.Passed, left.Failed + right.Failed, left.Skipped + right.Skipped);

    /// <summary>Reads a result file in JUnit's form.</summary>
    public static TestCounts FromJUnit(string path)
    {
        var cases = XDocument.Load(path).Descendants("testcase").ToArray();
        int failed = cases.Count(static testCase => testCase.Element("failure") is not null || testCase.Element("error") is not null);
        int skipped = cases.Count(static testCase => testCase.Element("skipped") is not null);
        return new(cases.Length - failed - skipped, failed, skipped);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Passed} passed, {Failed} failed, {Skipped} skipped");
}
