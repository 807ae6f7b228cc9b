using System.Text.Json.Serialization;

namespace Skydive.Analyzer.Captures;

/// <summary>How captures are written for the store.</summary>
[JsonSerializable(typeof(StoredCapture))]
internal sealed partial class CapturesJsonContext : JsonSerializerContext;
