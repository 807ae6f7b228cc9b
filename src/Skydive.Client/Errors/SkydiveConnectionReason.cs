namespace Skydive.Client.Errors;

/// <summary>Why no answer came, or none that makes sense.</summary>
public enum SkydiveConnectionReason
{
    /// <summary>Nobody listens there, or the way to it is closed.</summary>
    Unreachable,

    /// <summary>The host name is unknown.</summary>
    NameNotResolved,

    /// <summary>TLS failed: an untrusted certificate, or no TLS on the other side.</summary>
    TlsFailed,

    /// <summary>It took longer than the timeouts allow.</summary>
    Timeout,

    /// <summary>The connection broke while an answer was on its way.</summary>
    Interrupted,

    /// <summary>What answered does not speak Skydive's language, or the answer is damaged or too large.</summary>
    InvalidAnswer,
}
