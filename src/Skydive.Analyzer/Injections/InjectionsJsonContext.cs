using System.Text.Json.Serialization;

namespace Skydive.Analyzer.Injections;

/// <summary>How injections are written for the store.</summary>
[JsonSerializable(typeof(StoredInjection))]
internal sealed partial class InjectionsJsonContext : JsonSerializerContext;
