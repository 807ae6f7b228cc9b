using Skydive.Client.Queries;

namespace Skydive.Client.Tests;

/// <summary>Small pieces of JSON as services send them.</summary>
internal static class Wire
{
    public const string Flow =
        """{"UUID":"5c1f","LayersPath":"Ethernet/IPv4/TCP","Application":"TCP","Link":{"Protocol":"ETHERNET","A":"02:00:00:00:00:01","B":"02:00:00:00:00:02","ID":0},"Network":{"Protocol":"IPV4","A":"10.0.0.5","B":"10.0.0.6","ID":0},"Transport":{"Protocol":"TCP","A":40000,"B":443,"ID":0},"Metric":{"ABPackets":5,"ABBytes":430,"BAPackets":4,"BABytes":900,"Start":1625000000000,"Last":1625000001000,"RTT":310000},"Start":1625000000000,"Last":1625000001000,"TrackingID":"9f","L3TrackingID":"1a","ParentUUID":"","NodeTID":"t","CaptureID":"c","RawPacketsCaptured":0,"FinishType":0}""";

    public static string Node(string id, string name = "eth0", long revision = 1, int mtu = 1500) =>
        $$"""{"ID":"{{id}}","Metadata":{"Name":"{{name}}","Type":"device","MTU":{{mtu}},"IPV4":["10.0.0.5/24"]},"Host":"h","Origin":"agent.h","CreatedAt":1625000000000,"UpdatedAt":1625000005000,"DeletedAt":null,"Revision":{{revision}}}""";

    public static string Edge(string id, string parent, string child) =>
        $$"""{"ID":"{{id}}","Metadata":{"RelationType":"ownership"},"Parent":"{{parent}}","Child":"{{child}}","Host":"h","Origin":"agent.h","CreatedAt":1625000000000,"UpdatedAt":1625000000000,"Revision":1}""";

    public static string Message(string type, string payload, string uuid = "u", int status = 200) =>
        $$"""{"Namespace":"Graph","Type":"{{type}}","UUID":"{{uuid}}","Status":{{status}},"Obj":{{payload}}}""";

    public static async Task<List<QueryItem>> ToListAsync(this IAsyncEnumerable<QueryItem> items)
    {
        var list = new List<QueryItem>();
        await foreach (var item in items)
        {
            list.Add(item);
        }

        return list;
    }
}
