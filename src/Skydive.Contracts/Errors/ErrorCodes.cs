namespace Skydive.Contracts.Errors;

/// <summary>The values of <see cref="ApiError.Code"/>.</summary>
public static class ErrorCodes
{
    /// <summary>The text of a query is no Gremlin.</summary>
    public const string GremlinSyntaxError = nameof(GremlinSyntaxError);

    /// <summary>A step or its arguments make no sense where they stand, or a node or edge does not exist.</summary>
    public const string GremlinInvalidStep = nameof(GremlinInvalidStep);

    /// <summary>A query took more time or memory than it may.</summary>
    public const string QueryBudgetExceeded = nameof(QueryBudgetExceeded);

    /// <summary>History is asked for, but none is kept.</summary>
    public const string HistoryNotSupported = nameof(HistoryNotSupported);

    /// <summary>The body is no JSON of the expected shape.</summary>
    public const string InvalidBody = nameof(InvalidBody);

    /// <summary>A capture has an invalid member.</summary>
    public const string InvalidCapture = nameof(InvalidCapture);

    /// <summary>The same capture exists.</summary>
    public const string CaptureExists = nameof(CaptureExists);

    /// <summary>No capture has this identifier.</summary>
    public const string CaptureNotFound = nameof(CaptureNotFound);

    /// <summary>An injection has an invalid member, or its packets have no way.</summary>
    public const string InvalidInjection = nameof(InvalidInjection);

    /// <summary>No injection has this identifier.</summary>
    public const string InjectionNotFound = nameof(InjectionNotFound);

    /// <summary>A ping mesh has an invalid member, or too many pairs.</summary>
    public const string InvalidPingMesh = nameof(InvalidPingMesh);

    /// <summary>No ping mesh has this identifier.</summary>
    public const string PingMeshNotFound = nameof(PingMeshNotFound);

    /// <summary>A node or edge lacks what it must have, is there already, or is not the caller's to remove.</summary>
    public const string InvalidElement = nameof(InvalidElement);

    /// <summary>No node or edge has this identifier.</summary>
    public const string ElementNotFound = nameof(ElementNotFound);

    /// <summary>A JSON patch is none, cannot be applied, or leads to what is not valid.</summary>
    public const string InvalidPatch = nameof(InvalidPatch);

    /// <summary>The file is no pcap file, or is damaged.</summary>
    public const string InvalidPcap = nameof(InvalidPcap);

    /// <summary>No such path, or no such resource.</summary>
    public const string NotFound = nameof(NotFound);

    /// <summary>The user name, password or token is not valid, or there is none.</summary>
    public const string AuthenticationFailed = nameof(AuthenticationFailed);

    /// <summary>A token came in a way that gives it away.</summary>
    public const string InvalidToken = nameof(InvalidToken);

    /// <summary>More requests than one client may make; the header Retry-After tells when to come back.</summary>
    public const string TooManyRequests = nameof(TooManyRequests);

    /// <summary>The caller may not do this.</summary>
    public const string AccessDenied = nameof(AccessDenied);

    /// <summary>A result cannot be given in the form that was asked for.</summary>
    public const string NotAcceptable = nameof(NotAcceptable);

    /// <summary>The service is at fault.</summary>
    public const string InternalError = nameof(InternalError);
}
