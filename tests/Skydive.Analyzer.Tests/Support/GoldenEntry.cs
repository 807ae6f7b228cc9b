using System.Text.Json;

namespace Skydive.Analyzer.Tests.Support;

/// <summary>A recorded request and its answer.</summary>
public sealed record GoldenEntry(string Name, JsonElement Json);
