using Skydive.Service.LocalServices;

namespace Skydive.Service.Tests.LocalServices;

public sealed class LogParserTests
{
    [Theory]
    [InlineData("2026-03-01T03:12:00.123+02:00 info: Skydive.Service[3001] Ready: Analyzer on [::1]:8082", "2026-03-01T01:12:00.1230000+00:00", "Information", "Skydive.Service", "Ready: Analyzer on [::1]:8082")]
    [InlineData("2026-03-01T03:12:00.123+00:00 crit: A.B[3] gone", "2026-03-01T03:12:00.1230000+00:00", "Critical", "A.B", "gone")]
    [InlineData("2026-03-01T03:12:00.123+00:00 warn: no category here", "2026-03-01T03:12:00.1230000+00:00", "Warning", null, "no category here")]
    [InlineData("""{"Timestamp":"2026-03-01T03:12:00.5000000+00:00","EventId":1,"LogLevel":"Error","Category":"A","Message":"m","Exception":"E:\n at x"}""", "2026-03-01T03:12:00.5000000+00:00", "Error", "A", "m E:  at x")]
    [InlineData("Unhandled exception. System.Exception: no", null, "Error", null, "Unhandled exception. System.Exception: no")]
    [InlineData("x.yml:1:2: warning: unknown key", null, "Warning", null, "x.yml:1:2: warning: unknown key")]
    [InlineData("""{"a":1}""", null, "Error", null, """{"a":1}""")]
    [InlineData("{ not json", null, "Error", null, "{ not json")]
    public void Parse_Line_IsRead(string line, string? time, string level, string? category, string message)
    {
        var entry = LogParser.Parse(line)!;

        Assert.Equal((time, level, category, message), (entry.Time?.ToUniversalTime().ToString("O"), entry.Level, entry.Category, entry.Message));
    }

    [Fact]
    public void Parse_NothingOnALine_IsNothing() => Assert.Null(LogParser.Parse(" \r"));

    [Theory]
    [InlineData("""{"__REALTIME_TIMESTAMP":"1000000","PRIORITY":"6","MESSAGE":"2026-03-01T03:12:00.123+00:00 fail: A[1] x"}""", "Error", "A", "x", 1772334720123)]
    [InlineData("""{"__REALTIME_TIMESTAMP":"1000000","PRIORITY":"4","SYSLOG_IDENTIFIER":"systemd","MESSAGE":"Started."}""", "Warning", "systemd", "Started.", 1000)]
    [InlineData("""{"__REALTIME_TIMESTAMP":"1000000","PRIORITY":"6","MESSAGE":[104,105,0]}""", "Information", null, "hi.", 1000)]
    public void ParseJournal_Entry_IsRead(string line, string level, string? category, string message, long milliseconds)
    {
        var entry = LogParser.ParseJournal(line)!;

        Assert.Equal((level, category, message, milliseconds), (entry.Level, entry.Category, entry.Message, entry.Time!.Value.ToUnixTimeMilliseconds()));
    }

    [Fact]
    public void Parse_RandomText_NeverThrows()
    {
        var random = new Random(3);
        string[] parts = ["2026-03-01T03:12:00.123+00:00", " ", "info", ":", "A.B", "[", "]", "1", "{", "}", "\"LogLevel\"", "\"Message\"", "\"MESSAGE\"", "\"__REALTIME_TIMESTAMP\"", "\"9999999999999999999\"", ",", "[]", "null", "\t", "ü", "\0"];
        for (int i = 0; i < 100_000; i++)
        {
            string line = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => parts[random.Next(parts.Length)]));
            LogParser.Parse(line);
            LogParser.ParseJournal(line);
        }
    }
}
