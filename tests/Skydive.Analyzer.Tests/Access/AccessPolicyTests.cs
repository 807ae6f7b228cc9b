using Skydive.Analyzer.Access;

namespace Skydive.Analyzer.Tests.Access;

public sealed class AccessPolicyTests
{
    private static readonly Permission s_captureRead = new("capture", "read");
    private static readonly Permission s_captureWrite = new("capture", "write");

    [Fact]
    public void BuiltIn_Admin_MayDoEverything() =>
        Assert.All(Permission.All, static permission => Assert.True(AccessPolicy.BuiltIn.IsAllowed("ann", [AccessPolicy.Admin], permission)));

    [Fact]
    public void BuiltIn_Guest_MayLookAndNothingElse() => Assert.Equal(
        [new("status", "read"), new("topology", "read"), new("websocket", "/ws/subscriber")],
        Permission.All.Where(static permission => AccessPolicy.BuiltIn.IsAllowed("bob", [AccessPolicy.Guest], permission)));

    [Fact]
    public void BuiltIn_Agent_MayReportAndNothingElse() => Assert.Equal(
        [new("websocket", "/ws/agent/flow"), new("websocket", "/ws/agent/topology")],
        Permission.All.Where(static permission => AccessPolicy.BuiltIn.IsAllowed("web1", [AccessPolicy.Agent], permission)));

    [Fact]
    public void IsAllowed_Nobody_MayDoNothing() => Assert.DoesNotContain(Permission.All, static permission => AccessPolicy.BuiltIn.IsAllowed("x", [], permission));

    [Fact]
    public void Parse_LinesForAUser_AddToHisGroups()
    {
        var policy = Parse("g, bob, guest", "p, bob, capture, read, allow");
        Assert.True(policy.IsAllowed("bob", [], s_captureRead));
        Assert.True(policy.IsAllowed("bob", [], new("topology", "read")));
        Assert.False(policy.IsAllowed("bob", [], s_captureWrite));
        Assert.False(policy.IsAllowed("ann", [], s_captureRead));
    }

    [Fact]
    public void Parse_Deny_WinsWhereverItStands()
    {
        var policy = Parse("p, ann, capture, write, deny", "g, ann, admin", "p, ann, capture, write, allow");
        Assert.False(policy.IsAllowed("ann", [], s_captureWrite));
        Assert.True(policy.IsAllowed("ann", [], s_captureRead));
    }

    [Fact]
    public void Parse_GroupsInGroups_AreFollowedAlsoInCircles()
    {
        var policy = Parse("g, ann, noc", "g, noc, ops", "g, ops, noc", "p, ops, capture, *, allow");
        Assert.True(policy.IsAllowed("ann", [], s_captureWrite));
        Assert.False(policy.IsAllowed("ann", [], new("config", "read")));
        Assert.True(policy.HasGroups("ann"));
        Assert.True(policy.IsGroup("ops"));
        Assert.False(policy.IsGroup("nosuch"));
    }

    [Theory]
    [InlineData("p, ann, capture, write")]
    [InlineData("p, ann, capture, write, maybe")]
    [InlineData("p, , capture, write, allow")]
    [InlineData("g, ann")]
    [InlineData("q, ann, admin")]
    [InlineData("")]
    public void Parse_LineThatIsNone_IsAnError(string line)
    {
        AccessPolicy.Parse([line], out var problems);
        Assert.True(Assert.Single(problems).IsError);
    }

    [Fact]
    public void Parse_UnknownPermission_IsTold()
    {
        AccessPolicy.Parse(["p, ann, captures, write, allow"], out var problems);
        Assert.False(Assert.Single(problems).IsError);
    }

    private static AccessPolicy Parse(params string[] lines)
    {
        var policy = AccessPolicy.Parse(lines, out var problems);
        Assert.Empty(problems);
        return policy;
    }
}
