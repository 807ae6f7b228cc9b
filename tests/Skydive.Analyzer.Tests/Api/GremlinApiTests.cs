using System.Net;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Skydive.Analyzer.Queries;
using Skydive.Analyzer.Api;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts;
using Skydive.Contracts.Queries;

namespace Skydive.Analyzer.Tests.Api;

/// <summary>Help with writing queries, and queries whose client goes away.</summary>
public sealed class GremlinApiTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Validate_Query_TellsWhatItYields()
    {
        await using var host = await TestHost.StartAsync();
        var reply = await ValidateAsync(host, "G.V().Has('Type', 'veth').Out().Limit(3)");
        Assert.True(reply.Valid);
        Assert.Equal("Nodes", reply.Kind);
        Assert.Equal("G | V()[Type = \"veth\"] | Out[] | Slice(0, 3)", reply.Plan);
        Assert.Null(reply.Error);
    }

    [Fact]
    public async Task Validate_NoQuery_TellsWhatIsWrongWhere()
    {
        await using var host = await TestHost.StartAsync();
        var reply = await ValidateAsync(host, "G.V().\nHass('Type')");
        Assert.False(reply.Valid);
        Assert.Null(reply.Kind);
        var error = reply.Error!;
        Assert.Equal(("InvalidStep", 7, 4, 2, 1), (error.Reason, error.Offset, error.Length, error.Line, error.Column));
        Assert.Equal(["Has"], error.Expected);
        Assert.Equal("unknown step 'Hass' at line 2, column 1; did you mean 'Has'?", error.Message);
        Assert.Equal("Syntax", (await ValidateAsync(host, string.Empty)).Error!.Reason);
    }

    [Fact]
    public async Task Complete_Place_OffersStepsKeysAndValuesOfTheLiveGraph()
    {
        await using var host = await TestHost.StartAsync();
        host.Analyzer.Graph.Write(static transaction => transaction.AddNode(Make.Node("n1")));

        var steps = await CompleteAsync(host, new() { GremlinQuery = "G.V().Ha" });
        Assert.Equal((6, 2, false), (steps.Start, steps.Length, steps.HasMore));
        Assert.Equal(["Has(", "HasEither(", "HasId(", "HasKey(", "HasNot("], steps.Candidates.Select(static candidate => candidate.Text));
        Assert.All(steps.Candidates, static candidate => Assert.Equal("Step", candidate.Kind));
        Assert.All(steps.Candidates, static candidate => Assert.NotEmpty(candidate.Description));

        var keys = await CompleteAsync(host, new() { GremlinQuery = "G.V().Has('Ty').Count()", Position = 13 });
        Assert.Equal((10, 4), (keys.Start, keys.Length));
        Assert.Contains("'Type'", keys.Candidates.Select(static candidate => candidate.Text));

        var some = await CompleteAsync(host, new() { GremlinQuery = "G.V().", Limit = 2 });
        Assert.Equal(2, some.Candidates.Count);
        Assert.True(some.HasMore);
    }

    [Theory]
    [InlineData("""{"GremlinQuery":"G","Position":2}""")]
    [InlineData("""{"GremlinQuery":"G","Position":-1}""")]
    [InlineData("""{"GremlinQuery":"G","Limit":0}""")]
    [InlineData("""{"GremlinQuery":"G","Limit":1001}""")]
    [InlineData("""{"GremlinQuery":1}""")]
    [InlineData("[")]
    public async Task Complete_BadRequest_IsRefused(string body)
    {
        await using var host = await TestHost.StartAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await host.Http.PostAsync(new Uri("/api/gremlin/complete", UriKind.Relative), content, Token);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.NotEmpty(await response.Content.ReadAsStringAsync(Token));
    }

    /// <summary>Over a real connection: the client hangs up, and the query that would never end stops.</summary>
    [Theory]
    [InlineData("G.V().Count()")]
    [InlineData("G.V().Has('Name', 'none')")]
    [InlineData("G.V().Where(Out().Count().Is(Gt(1))).Sort('Name')")]
    [InlineData("G.V()")]
    public async Task Post_ClientGoesAway_WorkEnds(string query)
    {
        var view = new EndlessView();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.UseMiddleware<ApiErrorMiddleware>();
        app.MapPost("/api/topology", new TopologyEndpoint(new SnapshotQuerySource(view)).PostAsync);
        await app.StartAsync(Token);
        using var http = new HttpClient { BaseAddress = new(app.Urls.Single()) };

        using (var gone = CancellationTokenSource.CreateLinkedTokenSource(Token))
        {
            using var content = JsonContent(new TopologyQuery { GremlinQuery = query });
            var asking = http.PostAsync(new Uri("/api/topology", UriKind.Relative), content, gone.Token);
            await Wait.UntilAsync(() => view.Given > 10_000);
            await gone.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
        }

        await Wait.UntilAsync(() => view.IsEnded);
    }

    [Fact]
    public async Task Post_ClientGoesAway_AgentsAreNoLongerWaitedFor()
    {
        await using var host = await TestHost.StartAsync();
        var asked = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var agent = new FakeAgent("lab")
        {
            OnSearch = async token =>
            {
                asked.SetResult();
                using var registration = token.Register(ended.SetResult);
                await Task.Delay(Timeout.Infinite, token);
            },
        };
        host.Analyzer.Agents.Add(agent, static () => Make.Status("lab"));
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(Token);
        using var content = JsonContent(new TopologyQuery { GremlinQuery = "G.Flows()" });
        var asking = host.Http.PostAsync(new Uri("/api/topology", UriKind.Relative), content, gone.Token);
        await asked.Task.WaitAsync(TimeSpan.FromSeconds(30), Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);

        // Long before the ten seconds that an agent may take.
        await ended.Task.WaitAsync(TimeSpan.FromSeconds(8), Token);
    }

    private static StringContent JsonContent(TopologyQuery query) =>
        new(JsonSerializer.Serialize(query, ContractsJsonContext.Default.TopologyQuery), Encoding.UTF8, "application/json");

    private static async Task<ValidationReply> ValidateAsync(TestHost host, string query)
    {
        using var content = JsonContent(new TopologyQuery { GremlinQuery = query });
        using var response = await host.Http.PostAsync(new Uri("/api/gremlin/validate", UriKind.Relative), content, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(Token), ContractsJsonContext.Default.ValidationReply)!;
    }

    private static async Task<CompletionReply> CompleteAsync(TestHost host, CompletionRequest request)
    {
        using var content = new StringContent(JsonSerializer.Serialize(request, ContractsJsonContext.Default.CompletionRequest), Encoding.UTF8, "application/json");
        using var response = await host.Http.PostAsync(new Uri("/api/gremlin/complete", UriKind.Relative), content, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(Token), ContractsJsonContext.Default.CompletionReply)!;
    }
}
