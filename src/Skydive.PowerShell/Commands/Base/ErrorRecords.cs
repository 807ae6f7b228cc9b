using System.Management.Automation;
using Skydive.Client.Errors;
using Skydive.Contracts.Errors;
using Skydive.PowerShell.Sessions;

namespace Skydive.PowerShell;

/// <summary>The one place where errors become error records: identifiers and categories are a contract.</summary>
internal static class ErrorRecords
{
    public static ErrorRecord From(Exception exception, object? target) => exception switch
    {
        SkydiveApiException api => FromApi(api, target),
        SkydiveConnectionException connection => FromConnection(connection, target),
        AmbiguousSessionException => Make(exception, "AmbiguousSession", ErrorCategory.InvalidOperation, target, "Choose one: Set-SkydiveSession <name> -Default, or -Session <name>."),
        ObjectDisposedException { ObjectName: var name } when name.EndsWith(nameof(Session), StringComparison.Ordinal) =>
            Make(new InvalidOperationException("the session is closed"), "SessionClosed", ErrorCategory.InvalidOperation, target, "Open one: Connect-SkydiveAnalyzer."),
        ArgumentException => Make(exception, "InvalidArgument", ErrorCategory.InvalidArgument, target, null),
        FileExistsException => Make(exception, "FileExists", ErrorCategory.ResourceExists, target, "-Force replaces it."),
        FileNotFoundException or DirectoryNotFoundException => Make(exception, "FileNotFound", ErrorCategory.ObjectNotFound, target, null),
        IOException or UnauthorizedAccessException => Make(exception, "FileUnreadable", ErrorCategory.ReadError, target, null),
        _ => Make(exception, "UnexpectedError", ErrorCategory.NotSpecified, target, null),
    };

    public static ErrorRecord NotFound(string what, string id, object target, string? advice = null) =>
        Make(new ItemNotFoundException($"no {what} {target} was found"), id, ErrorCategory.ObjectNotFound, target, advice);

    public static ErrorRecord Make(Exception exception, string id, ErrorCategory category, object? target, string? advice)
    {
        var record = new ErrorRecord(exception, id, category, target);
        if (advice is not null)
        {
            record.ErrorDetails = new(exception.Message) { RecommendedAction = advice };
        }

        return record;
    }

    private static ErrorRecord FromApi(SkydiveApiException exception, object? target)
    {
        var (category, advice) = exception.Code switch
        {
            ErrorCodes.GremlinSyntaxError => (ErrorCategory.ParserError, "See Get-Help about_Skydive_Selectors for the steps and how to quote."),
            ErrorCodes.GremlinInvalidStep => (ErrorCategory.InvalidArgument, "See Get-Help about_Skydive_Selectors for the steps."),
            ErrorCodes.QueryBudgetExceeded => (ErrorCategory.LimitsExceeded, "Ask for less: name a type or a host, or use -First."),
            ErrorCodes.HistoryNotSupported => (ErrorCategory.NotImplemented, "Configure a history store at the analyzer, or leave out -At, -Since and -Until."),
            ErrorCodes.CaptureExists => (ErrorCategory.ResourceExists, "Get-SkydiveCapture shows the captures."),
            ErrorCodes.CaptureNotFound => (ErrorCategory.ObjectNotFound, "Get-SkydiveCapture shows the captures."),
            ErrorCodes.InjectionNotFound => (ErrorCategory.ObjectNotFound, "Get-SkydiveInjection shows the injections."),
            ErrorCodes.InvalidCapture or ErrorCodes.InvalidInjection or ErrorCodes.InvalidPcap or ErrorCodes.InvalidBody => (ErrorCategory.InvalidData, null),
            "AuthenticationFailed" => (ErrorCategory.AuthenticationError, "Connect-SkydiveAnalyzer with -Credential or -Token."),
            "AccessDenied" => (ErrorCategory.PermissionDenied, "Ask for the right, or connect as another user."),
            _ => (CategoryOf(exception.Status), (string?)null),
        };
        string message = exception.Detail;
        if (exception.Offset is not null && exception.Column is { } column && !message.Contains("column", StringComparison.OrdinalIgnoreCase))
        {
            message += exception.Line is > 1 ? $" at line {exception.Line}, column {column}" : $" at column {column}";
        }

        if (exception.Expected.Count > 0 && !message.Contains("expected", StringComparison.OrdinalIgnoreCase))
        {
            message += $"; expected: {string.Join(", ", exception.Expected)}";
        }

        return new(exception, exception.Code, category, target) { ErrorDetails = new(message) { RecommendedAction = advice ?? string.Empty } };
    }

    private static ErrorRecord FromConnection(SkydiveConnectionException exception, object? target) => exception.Reason switch
    {
        SkydiveConnectionReason.Timeout =>
            Make(exception, "OperationTimeout", ErrorCategory.OperationTimeout, target, "Set-SkydiveSession -OperationTimeoutSeconds gives it more time."),
        SkydiveConnectionReason.InvalidAnswer =>
            Make(exception, "IncompatibleServer", ErrorCategory.InvalidOperation, target, "Is the address that of a Skydive analyzer? Test-SkydiveConnection tells."),
        _ => Make(exception, "ConnectionFailed", ErrorCategory.ConnectionError, target, "Is the analyzer running? Test-SkydiveConnection tells; Connect-SkydiveAnalyzer chooses another."),
    };

    private static ErrorCategory CategoryOf(int status) => status switch
    {
        404 => ErrorCategory.ObjectNotFound,
        409 => ErrorCategory.ResourceExists,
        >= 400 and < 500 => ErrorCategory.InvalidArgument,
        _ => ErrorCategory.InvalidResult,
    };
}
