using System.Net;
using System.Text;
using System.Text.Json;
using Skydive.Client.Errors;
using Skydive.Contracts;
using Skydive.Contracts.Errors;

namespace Skydive.Client.Http;

/// <summary>Makes an error of an answer that is none: from a problem document, from plain text, or from the status alone.</summary>
internal static class ErrorReader
{
    private const int MaximumBodyBytes = 64 * 1024;
    private const int MaximumDetailLength = 2000;

    public static async Task<SkydiveApiException> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        byte[] body = await ReadBodyAsync(response.Content, cancellationToken).ConfigureAwait(false);
        string? mediaType = response.Content.Headers.ContentType?.MediaType;
        return new(FromBody((int)response.StatusCode, mediaType, body));
    }

    public static ApiError FromBody(int status, string? mediaType, ReadOnlySpan<byte> body)
    {
        var trimmed = body.Trim(" \t\r\n"u8);
        if (trimmed.Length > 0 && trimmed[0] == '{')
        {
            try
            {
                if (JsonSerializer.Deserialize(trimmed, ContractsJsonContext.Default.ApiError) is { Code.Length: > 0 } error)
                {
                    return error with { Status = status, Detail = OneLine(error.Detail) };
                }
            }
            catch (JsonException)
            {
                // Another program's JSON, perhaps a proxy's: its text is all that can be shown.
            }
        }

        bool isPage = mediaType == "text/html" || (trimmed.Length > 0 && trimmed[0] == '<');
        string detail = isPage ? string.Empty : OneLine(Encoding.UTF8.GetString(trimmed));
        return new() { Status = status, Code = CodeOf(status), Detail = detail.Length > 0 ? detail : $"the service answered {status} {(HttpStatusCode)status}" };
    }

    public static string CodeOf(int status) => status switch
    {
        400 => "BadRequest",
        401 => ErrorCodes.AuthenticationFailed,
        403 => ErrorCodes.AccessDenied,
        404 => ErrorCodes.NotFound,
        406 => ErrorCodes.NotAcceptable,
        409 => "Conflict",
        429 => ErrorCodes.TooManyRequests,
        >= 500 => ErrorCodes.InternalError,
        _ => $"Status{status}",
    };

    private static string OneLine(string? text)
    {
        string line = string.Join(' ', (text ?? string.Empty).Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        return line.Length <= MaximumDetailLength ? line : line[..MaximumDetailLength] + "…";
    }

    private static async Task<byte[]> ReadBodyAsync(HttpContent content, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[MaximumBodyBytes];
        int filled = 0;
        await using var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        while (filled < buffer.Length)
        {
            int count = await stream.ReadAsync(buffer.AsMemory(filled), cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                break;
            }

            filled += count;
        }

        return buffer[..filled];
    }
}
