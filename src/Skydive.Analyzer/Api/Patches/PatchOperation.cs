using System.Text.Json.Nodes;

namespace Skydive.Analyzer.Api.Patches;

/// <summary>One operation of a JSON patch.</summary>
/// <param name="Name">add, remove, replace, move, copy or test.</param>
/// <param name="Path">Where.</param>
/// <param name="From">Where from; null but for move and copy.</param>
/// <param name="Value">What; null for JSON null too.</param>
internal sealed record PatchOperation(string Name, JsonPointer Path, JsonPointer? From, JsonNode? Value);
