using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Skydive.Contracts;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Queries;
using Skydive.Gremlin;

namespace Skydive.Analyzer.Api;

/// <summary><c>/api/gremlin</c>: help with writing queries.</summary>
internal sealed class GremlinEndpoint(IQuerySource source)
{
    private const string JsonType = "application/json; charset=UTF-8";
    private const int DefaultLimit = 100;
    private const int MaximumLimit = 1000;

    /// <summary>POST validate: whether a text is a query. What is wrong with it is an answer, not an error of the request.</summary>
    public static async Task ValidateAsync(HttpContext context)
    {
        var request = await ReadAsync(context, ContractsJsonContext.Default.TopologyQuery).ConfigureAwait(false);
        await WriteAsync(context, Validate(request?.GremlinQuery ?? string.Empty), ContractsJsonContext.Default.ValidationReply).ConfigureAwait(false);
    }

    /// <summary>POST complete: what may stand at a place in a query.</summary>
    public async Task CompleteAsync(HttpContext context)
    {
        var request = await ReadAsync(context, ContractsJsonContext.Default.CompletionRequest).ConfigureAwait(false);
        string text = request?.GremlinQuery ?? string.Empty;
        int position = request?.Position ?? text.Length;
        int limit = request?.Limit ?? DefaultLimit;
        if (position < 0 || position > text.Length || limit is < 1 or > MaximumLimit)
        {
            string detail = limit is < 1 or > MaximumLimit ? $"Limit is {limit}, not from 1 to {MaximumLimit}" : $"Position is {position}, not from 0 to {text.Length}, the length of the query";
            await ApiErrors.WriteAsync(context, ApiErrors.Make(StatusCodes.Status400BadRequest, ErrorCodes.InvalidBody, detail)).ConfigureAwait(false);
            return;
        }

        var found = GremlinEngine.Complete(text, position, source, limit);
        var reply = new CompletionReply
        {
            Start = found.Start,
            Length = found.Length,
            HasMore = found.HasMore,
            Candidates =
            [
                .. found.Candidates.Select(static candidate => new CompletionCandidate
                {
                    Text = candidate.Text,
                    Label = candidate.Label,
                    Kind = candidate.Kind.ToString(),
                    Description = candidate.Description,
                }),
            ],
        };
        await WriteAsync(context, reply, ContractsJsonContext.Default.CompletionReply).ConfigureAwait(false);
    }

    private static ValidationReply Validate(string text)
    {
        try
        {
            var query = GremlinEngine.Compile(text);
            return new() { Valid = true, Kind = query.Kind.ToString(), Plan = query.Explain() };
        }
        catch (GremlinException e)
        {
            return new()
            {
                Valid = false,
                Error = new()
                {
                    Reason = e.Reason.ToString(),
                    Message = e.Message,
                    Offset = e.Offset,
                    Length = e.Length,
                    Line = e.Line,
                    Column = e.Column,
                    Expected = e.Expected,
                },
            };
        }
    }

    private static async Task<T?> ReadAsync<T>(HttpContext context, JsonTypeInfo<T> type)
        where T : class
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        return body.Length == 0 ? null : JsonSerializer.Deserialize(body.GetBuffer().AsSpan(0, (int)body.Length), type);
    }

    private static Task WriteAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = JsonType;
        return JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted);
    }
}
