using System.Text.Json.Serialization;

namespace Skydive.Service.LocalServices;

/// <summary>JSON of what is remembered of services, made at compile time.</summary>
[JsonSerializable(typeof(ServiceRecord))]
internal sealed partial class LocalServicesJsonContext : JsonSerializerContext;
