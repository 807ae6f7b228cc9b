using System.Text.Json;
using System.Text.Json.Serialization;
using Skydive.Contracts.Access;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Configuration;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Flows.Layers;
using Skydive.Contracts.Injections;
using Skydive.Contracts.Messages;
using Skydive.Contracts.PingMeshes;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Services;
using Skydive.Contracts.Status;
using Skydive.Contracts.Topology;

namespace Skydive.Contracts;

/// <summary>How every wire type is read and written: generated code, member names as they are on the wire.</summary>
/// <remarks>
/// The generated code sets every <c>init</c> member, absent ones to null or 0: what stands behind the <c>=</c> of a member holds for C# only.
/// Members with another default therefore turn null into it in their accessor, and required ones refuse null.
/// </remarks>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Default, AllowTrailingCommas = false, ReadCommentHandling = JsonCommentHandling.Disallow)]
[JsonSerializable(typeof(Node))]
[JsonSerializable(typeof(Edge))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, Node>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, Edge>))]
[JsonSerializable(typeof(SubGraph))]
[JsonSerializable(typeof(PartialUpdate))]
[JsonSerializable(typeof(Flow))]
[JsonSerializable(typeof(IReadOnlyList<Flow>))]
[JsonSerializable(typeof(IReadOnlyList<FlowStats>))]
[JsonSerializable(typeof(FlowMetric))]
[JsonSerializable(typeof(FlowStats))]
[JsonSerializable(typeof(DnsLayer))]
[JsonSerializable(typeof(DhcpV4Layer))]
[JsonSerializable(typeof(VrrpV2Layer))]
[JsonSerializable(typeof(IReadOnlyList<FlowPath>))]
[JsonSerializable(typeof(RawPacket))]
[JsonSerializable(typeof(IReadOnlyList<FlowRawPackets>))]
[JsonSerializable(typeof(Capture))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, Capture>))]
[JsonSerializable(typeof(Injection))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, Injection>))]
[JsonSerializable(typeof(PingMesh))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, PingMesh>))]
[JsonSerializable(typeof(IReadOnlyList<PingSample>))]
[JsonSerializable(typeof(PingMeshOrder))]
[JsonSerializable(typeof(PingReportRequest))]
[JsonSerializable(typeof(PingReportReply))]
[JsonSerializable(typeof(Filter))]
[JsonSerializable(typeof(FlowSearch))]
[JsonSerializable(typeof(TopologyQuery))]
[JsonSerializable(typeof(CompareRequest))]
[JsonSerializable(typeof(CompareReply))]
[JsonSerializable(typeof(CompletionRequest))]
[JsonSerializable(typeof(CompletionReply))]
[JsonSerializable(typeof(ValidationReply))]
[JsonSerializable(typeof(WebSocketMessage))]
[JsonSerializable(typeof(SyncRequest))]
[JsonSerializable(typeof(CaptureOrder))]
[JsonSerializable(typeof(OrderReply))]
[JsonSerializable(typeof(InjectionOrder))]
[JsonSerializable(typeof(FlowSearchReply))]
[JsonSerializable(typeof(FlowAcknowledgement))]
[JsonSerializable(typeof(RawPacketSearch))]
[JsonSerializable(typeof(RawPacketSearchReply))]
[JsonSerializable(typeof(ServiceInfo))]
[JsonSerializable(typeof(AnalyzerStatus))]
[JsonSerializable(typeof(AgentStatus))]
[JsonSerializable(typeof(IReadOnlyList<ConfigurationSetting>))]
[JsonSerializable(typeof(IReadOnlyList<ConfigurationDiagnostic>))]
[JsonSerializable(typeof(LocalService))]
[JsonSerializable(typeof(IReadOnlyList<LocalService>))]
[JsonSerializable(typeof(LogEntry))]
[JsonSerializable(typeof(CommandError))]
[JsonSerializable(typeof(ApiError))]
[JsonSerializable(typeof(LogInAnswer))]
[JsonSerializable(typeof(IReadOnlyList<GrantedPermission>))]
[JsonSerializable(typeof(JsonElement))]
public sealed partial class ContractsJsonContext : JsonSerializerContext;
