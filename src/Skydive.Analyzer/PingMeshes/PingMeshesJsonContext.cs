using System.Text.Json.Serialization;

namespace Skydive.Analyzer.PingMeshes;

/// <summary>How ping meshes are written for the store.</summary>
[JsonSerializable(typeof(StoredPingMesh))]
internal sealed partial class PingMeshesJsonContext : JsonSerializerContext;
