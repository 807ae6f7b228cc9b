using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Skydive.Analyzer.Resources;
using Skydive.Contracts;
using Skydive.Contracts.Errors;
using Skydive.Gremlin;
using Skydive.Packets.Pcap;
using Skydive.Storage;

namespace Skydive.Analyzer.Api;

/// <summary>
/// Errors of the API: the text alone, as from Skydive, or a problem document for clients that accept one.
/// </summary>
internal static class ApiErrors
{
    /// <summary>What a client is told of an exception; null when it is no error of the client's or the store's.</summary>
    public static ApiError? From(Exception exception) => exception switch
    {
        GremlinException e => new()
        {
            Status = StatusCodes.Status400BadRequest,
            Code = e.Reason switch
            {
                GremlinErrorReason.Syntax => ErrorCodes.GremlinSyntaxError,
                GremlinErrorReason.HistoryNotSupported => ErrorCodes.HistoryNotSupported,
                GremlinErrorReason.BudgetExceeded => ErrorCodes.QueryBudgetExceeded,
                _ => ErrorCodes.GremlinInvalidStep,
            },
            Detail = e.Message,
            Offset = e.Offset,
            Line = e.Line,
            Column = e.Column,
            Expected = e.Expected.Count == 0 ? null : e.Expected,
        },
        ResourceException e => Make(e.Status, e.Code, e.Message),
        PcapFormatException e => Make(StatusCodes.Status400BadRequest, ErrorCodes.InvalidPcap, e.Message),
        JsonException e => Make(StatusCodes.Status400BadRequest, ErrorCodes.InvalidBody, $"the body is not valid JSON of this resource: {e.Message}"),
        BadHttpRequestException e => Make(e.StatusCode, ErrorCodes.InvalidBody, e.Message),
        HistoryException { Reason: HistoryErrorReason.TooLarge } e => Make(StatusCodes.Status400BadRequest, ErrorCodes.QueryBudgetExceeded, e.Message),
        HistoryException e => Make(StatusCodes.Status503ServiceUnavailable, ErrorCodes.InternalError, e.Message),
        _ => null,
    };

    /// <summary>Makes an error.</summary>
    public static ApiError Make(int status, string code, string detail) => new() { Status = status, Code = code, Detail = detail };

    /// <summary>Answers with an error.</summary>
    public static async Task WriteAsync(HttpContext context, ApiError error)
    {
        var response = context.Response;
        response.StatusCode = error.Status;
        bool wantsDocument = context.Request.Headers.Accept.Any(static accept => accept is not null && accept.Contains(ApiError.MediaType, StringComparison.OrdinalIgnoreCase));
        if (wantsDocument)
        {
            response.ContentType = ApiError.MediaType;
            await JsonSerializer.SerializeAsync(response.Body, error, ContractsJsonContext.Default.ApiError, context.RequestAborted).ConfigureAwait(false);
            return;
        }

        response.ContentType = "text/plain; charset=utf-8";
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(error.Detail + "\n"), context.RequestAborted).ConfigureAwait(false);
    }
}
