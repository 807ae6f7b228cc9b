using System.Text.Json.Serialization;

namespace Skydive.Service.Commands;

/// <summary>JSON of the store commands, made at compile time.</summary>
[JsonSerializable(typeof(StoreReport))]
internal sealed partial class StoreJsonContext : JsonSerializerContext;
