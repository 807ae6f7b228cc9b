using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Skydive.Contracts.Errors;

namespace Skydive.Analyzer.Api;

/// <summary>Turns exceptions of the API into answers. A fault of ours is logged with its trace and told without it.</summary>
internal sealed partial class ApiErrorMiddleware(RequestDelegate next, ILogger<ApiErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        SecurityHeaders.Set(context.Response);
        try
        {
            await next(context).ConfigureAwait(false);
            if (context.Response is { StatusCode: StatusCodes.Status404NotFound or StatusCodes.Status405MethodNotAllowed, HasStarted: false, ContentLength: null, ContentType: null })
            {
                await ApiErrors.WriteAsync(
                    context,
                    context.Response.StatusCode == StatusCodes.Status404NotFound
                        ? ApiErrors.Make(404, ErrorCodes.NotFound, "404 page not found")
                        : ApiErrors.Make(405, ErrorCodes.NotFound, $"{context.Request.Method} is not allowed here")).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (context.RequestAborted.IsCancellationRequested && e is OperationCanceledException or IOException or WebSocketException)
        {
            // The client is gone: there is nobody to answer.
        }
#pragma warning disable CA1031 // The last resort of a request: whatever happened, the service goes on and the client gets one clear error.
        catch (Exception e)
#pragma warning restore CA1031
        {
            var error = ApiErrors.From(e);
            if (error is null)
            {
                LogFault(logger, context.Request.Method, context.Request.Path, e);
                error = ApiErrors.Make(StatusCodes.Status500InternalServerError, ErrorCodes.InternalError, "internal error; the service's log tells more");
            }

            if (context.Response.HasStarted)
            {
                // Part of a result is on its way: breaking it off is the only way left to say that it is not whole.
                context.Abort();
                return;
            }

            context.Response.Clear();
            SecurityHeaders.Set(context.Response);
            await ApiErrors.WriteAsync(context, error).ConfigureAwait(false);
        }
    }

    [LoggerMessage(2501, LogLevel.Error, "{Method} {Path} failed")]
    private static partial void LogFault(ILogger logger, string method, string path, Exception exception);
}
