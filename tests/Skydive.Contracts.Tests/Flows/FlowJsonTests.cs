using System.Text.Json;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Tests.Flows;

public sealed class FlowJsonTests
{
    [Fact]
    public void Golden_Flows_AreReadAndWrittenTextForText()
    {
        string golden = GoldenFile.Read("flows.json").Trim();
        var flows = JsonSerializer.Deserialize(golden, ContractsJsonContext.Default.IReadOnlyListFlow)!;

        Assert.Contains(flows, static flow => flow.TCPMetric is not null);
        Assert.Contains(flows, static flow => flow.ICMP is { Code: not 0 });
        Assert.Equal(golden, JsonSerializer.Serialize(flows, ContractsJsonContext.Default.IReadOnlyListFlow));
    }

    [Fact]
    public void Write_BareFlow_LeavesOutWhatIsAbsentAndNothingElse()
    {
        var flow = new Flow { UUID = "u", LayersPath = "Ethernet", Application = "Ethernet", Start = 1, Last = 2 };

        Assert.Equal(
            """{"UUID":"u","LayersPath":"Ethernet","Application":"Ethernet","Start":1,"Last":2,"TrackingID":"","L3TrackingID":"","ParentUUID":"","NodeTID":"","CaptureID":"","RawPacketsCaptured":0}""",
            JsonSerializer.Serialize(flow, ContractsJsonContext.Default.Flow));
    }

    [Fact]
    public void Write_FullFlow_HasEveryMemberInOrder()
    {
        Flow flow = FullFlow();
        string json = JsonSerializer.Serialize(flow, ContractsJsonContext.Default.Flow);

        const string MetricShape = "{ABPackets,ABBytes,BAPackets,BABytes,Start,Last,RTT}";
        Assert.Equal(
            "{UUID,LayersPath,Application,Link{Protocol,A,B,ID},Network{Protocol,A,B,ID},Transport{Protocol,A,B,ID},ICMP{Type,Code,ID},"
            + "DHCPv4{contents,payload,hardware_len,hardware_opts,xid,secs,flags,server_name,file},"
            + "DNS{ID,QR,op_code,AA,TC,RD,RA,z,response_code,q_d_count,a_n_count,n_s_count,a_r_count,"
            + "questions[{name,type,class}],answers[{name,type,class,TTL,data_length,IP,NS,c_name,PTR}],"
            + "authorities[{name,type,class,SOA{m_name,r_name,serial,refresh,retry,expire,minimum}}],"
            + "additionals[{name,type,class,NS,c_name,PTR,TXTs[String],SRV{priority,weight,port,name},MX{preference,name},OPT[{code,data}]}],"
            + "timestamp{seconds,nanos}},VRRPv2{contents,payload,version,virtual_rtrID,priority,count_ipaddr,adver_int,checksum},"
            + $"LastUpdateMetric{MetricShape},Metric{MetricShape},TCPMetric{{ABSynStart,BASynStart,ABSynTTL,BASynTTL,ABFinStart,BAFinStart,ABRstStart,BARstStart,"
            + "ABSegmentOutOfOrder,ABSegmentSkipped,ABSegmentSkippedBytes,ABPackets,ABBytes,ABSawStart,ABSawEnd,"
            + "BASegmentOutOfOrder,BASegmentSkipped,BASegmentSkippedBytes,BAPackets,BABytes,BASawStart,BASawEnd},IPMetric{Fragments,FragmentErrors},"
            + "Start,Last,TrackingID,L3TrackingID,ParentUUID,NodeTID,ANodeTID,BNodeTID,SocketA{Process,Pid,Name},SocketB{Process,Pid,Name},"
            + "CaptureID,RawPacketsCaptured,FinishType}",
            JsonShape.Of(json));
        Assert.Contains("\"FinishType\":3", json, StringComparison.Ordinal);
        Assert.Equal(flow, JsonSerializer.Deserialize(json, ContractsJsonContext.Default.Flow));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"UUID":"u"}""")]
    [InlineData("""{"UUID":"u","LayersPath":"p","Application":"a","Start":"x","Last":2}""")]
    [InlineData("""{"UUID":"u","LayersPath":"p","Application":"a","Start":1,"Last":2,"Transport":{"Protocol":"TCP","A":"1","B":"2"}}""")]
    public void Read_NoFlow_IsOneKindOfError(string json) =>
        Assert.ThrowsAny<JsonException>(() => JsonSerializer.Deserialize(json, ContractsJsonContext.Default.Flow));

    [Fact]
    public void Stats_Json_HasSkydivesNames()
    {
        string shape = JsonShape.Of(JsonSerializer.Serialize(new FlowStats { CaptureID = "c" }, ContractsJsonContext.Default.FlowStats));

        Assert.Equal("{CaptureID,NodeTID,FlowCount,FlowDropped,PacketsReceived,PacketsDropped,PacketsInvalid,TunnelsInvalid,DatagramsDropped,SegmentsDropped,RawPacketsDropped}", shape);
    }

    [Fact]
    public void FieldNames_EveryOne_IsFoundInAFlowThatHasIt()
    {
        Flow flow = FullFlow();
        Assert.Equal(FlowFields.Names.Count, FlowFields.Names.Distinct().Count());
        Assert.All(FlowFields.Names, name => Assert.True(flow.TryGetField(FieldPath.Parse(name), out _), name));

        // Each name is the path of a member of the JSON, and each member has its name, but for what stands deep in DNS records, or is bytes.
        var json = MetadataJson.Parse(JsonSerializer.Serialize(flow, ContractsJsonContext.Default.Flow));
        var members = Members(string.Empty, json).ToDictionary(StringComparer.Ordinal);
        string[] bytes = ["DHCPv4.server_name", "DHCPv4.file"];
        Assert.All(FlowFields.Names.Except(bytes), name => Assert.Equal(members[name], FlowFields.Get(flow, name)));
        Assert.All(members.Keys.Except(FlowFields.Names), static name => Assert.Matches("^DNS\\.(authorities|additionals|answers)\\.|(contents|payload)$", name));
        Assert.Equal("A", FlowFields.Get(flow, "DHCPv4.ServerName").AsString);
    }

    [Theory]
    [InlineData("Link", "[\"m1\",\"m2\"]")]
    [InlineData("Network", "[\"i1\",\"i2\"]")]
    [InlineData("Transport", "[1,2]")]
    [InlineData("ETHERNET.A", "\"m1\"")]
    [InlineData("IPV4.B", "\"i2\"")]
    [InlineData("IPV6.B", "null")]
    [InlineData("TCP.A", "1")]
    [InlineData("TCP.ID", "5")]
    [InlineData("UDP.A", "null")]
    [InlineData("TCP.C", "null")]
    [InlineData("ICMP.Type", "null")]
    [InlineData("Metric.ABPackets", "null")]
    [InlineData("Nothing", "null")]
    [InlineData("Nothing.A", "null")]
    [InlineData(".A", "null")]
    [InlineData("", "null")]
    [InlineData("Link.", "null")]
    [InlineData("Link.A.B", "null")]
    [InlineData("FinishType", "0")]
    [InlineData("DNS.ResponseCode", "\"No Error\"")]
    [InlineData("DNS.ANCount", "3")]
    [InlineData("DNS.AA", "false")]
    [InlineData("DNS.Questions.Name", "[\"q\"]")]
    [InlineData("DNS.answers.IP", "[\"192.0.2.1\",\"192.0.2.2\"]")]
    [InlineData("DNS.answers.SOA", "null")]
    [InlineData("DNS.additionals.IP", "null")]
    [InlineData("DNS.questions", "null")]
    [InlineData("DNS.timestamp.seconds", "null")]
    [InlineData("VRRPv2.VirtualRtrID", "7")]
    [InlineData("DHCPv4.Xid", "null")]
    [InlineData("IPMetric.Fragments", "null")]
    public void Get_Alias_ResolvesWhenTheProtocolMatches(string name, string json)
    {
        var flow = new Flow
        {
            UUID = "u",
            LayersPath = "p",
            Application = "a",
            Link = new() { Protocol = "ETHERNET", A = "m1", B = "m2" },
            Network = new() { Protocol = "IPV4", A = "i1", B = "i2" },
            Transport = new() { Protocol = "TCP", A = 1, B = 2, ID = 5 },
            DNS = new()
            {
                ResponseCode = "No Error",
                ANCount = 3,
                Questions = [new() { Name = "q" }],
                Answers = [new() { IP = "192.0.2.1" }, new() { CName = "c" }, new() { IP = "192.0.2.2" }],
            },
            VRRPv2 = new() { VirtualRtrID = 7 },
            Start = 1,
            Last = 2,
        };

        Assert.Equal(MetadataJson.Parse(json), FlowFields.Get(flow, name));
        Assert.Equal(json != "null", flow.TryGetField(FieldPath.Parse(name), out _));
        Assert.True(FlowFields.Get(new Flow { UUID = "u", LayersPath = "p", Application = "a", Start = 1, Last = 2 }, "Link").IsNull);
    }

    private static Flow FullFlow()
    {
        var metric = new FlowMetric { ABPackets = 1, ABBytes = 2, BAPackets = 3, BABytes = 4, Start = 5, Last = 6, RTT = 7 };
        return new Flow
        {
            UUID = "u",
            LayersPath = "p",
            Application = "a",
            Link = new() { Protocol = "ETHERNET", A = "a", B = "b" },
            Network = new() { Protocol = "IPV4", A = "a", B = "b", ID = 9 },
            Transport = new() { Protocol = "TCP", A = 1, B = 2 },
            ICMP = new() { Type = "ECHO", Code = 1, ID = 2 },
            ANodeTID = "ta",
            BNodeTID = "tb",
            SocketA = new() { Process = "/p", Pid = 1, Name = "n" },
            SocketB = new() { Process = "/q", Pid = 2, Name = "m" },
            DHCPv4 = new() { HardwareLen = 6, HardwareOpts = 1, Xid = 2, Secs = 3, Flags = 4, ServerName = [65], File = [66], Contents = [67], Payload = [68] },
            DNS = new()
            {
                ID = 1,
                QR = true,
                OpCode = "Query",
                AA = true,
                TC = true,
                RD = true,
                RA = true,
                Z = 1,
                ResponseCode = "No Error",
                QDCount = 1,
                ANCount = 1,
                NSCount = 1,
                ARCount = 1,
                Questions = [new() { Name = "n", Type = "A", Class = "IN" }],
                Answers = [new() { Name = "n", Type = "A", Class = "IN", TTL = 1, DataLength = 4, IP = "192.0.2.1", NS = "n", CName = "c", PTR = "p" }],
                Authorities = [new() { SOA = new() { Serial = 1, Refresh = 1, Retry = 1, Expire = 1, Minimum = 1 } }],
                Additionals = [new() { OPT = [new() { Code = "Cookie", Data = "00" }], SRV = new() { Priority = 1, Weight = 1, Port = 1 }, MX = new() { Preference = 1 }, TXTs = ["t"], NS = "n", CName = "c", PTR = "p" }],
                Timestamp = new() { Seconds = 1, Nanos = 2 },
            },
            VRRPv2 = new() { Version = 2, VirtualRtrID = 1, Priority = 1, CountIpaddr = 1, AdverInt = 1, Checksum = 1, Contents = [69], Payload = [70] },
            LastUpdateMetric = metric,
            Metric = metric,
            TCPMetric = new() { ABSynTTL = 1, BASynTTL = 2 },
            IPMetric = new(),
            Start = 1,
            Last = 2,
            FinishType = FinishType.TcpRst,
        };
    }

    // The paths and values of all that is no map; of a list of maps the lists of what its elements have.
    private static IEnumerable<KeyValuePair<string, MetadataValue>> Members(string prefix, MetadataValue value)
    {
        if (value.AsMap is { } map)
        {
            return map.SelectMany(member => Members(prefix.Length == 0 ? member.Key : prefix + "." + member.Key, member.Value));
        }

        return value.Elements is [{ AsMap: not null }, ..]
            ? value.Elements.ToArray().SelectMany(element => Members(prefix, element)).GroupBy(static member => member.Key)
                .Select(static group => KeyValuePair.Create(group.Key, MetadataValue.List(group.Select(static member => member.Value))))
            : [KeyValuePair.Create(prefix, value)];
    }
}
