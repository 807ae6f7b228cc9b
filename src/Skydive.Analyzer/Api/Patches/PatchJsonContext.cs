using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Skydive.Analyzer.Api.Patches;

/// <summary>How a patched document becomes text again.</summary>
[JsonSerializable(typeof(JsonNode))]
internal sealed partial class PatchJsonContext : JsonSerializerContext;
