namespace Skydive.Linux.Bpf;

/// <summary>A filter expression that libpcap does not accept.</summary>
public sealed class BpfSyntaxException : Exception
{
    /// <summary>Makes an exception.</summary>
    /// <param name="expression">The expression.</param>
    /// <param name="error">What libpcap says.</param>
    public BpfSyntaxException(string expression, string error)
        : base($"Bad filter '{Shorten(expression)}': {error}")
    {
        Expression = expression;
        Error = error;
    }

    /// <summary>The expression.</summary>
    public string Expression { get; }

    /// <summary>What libpcap says, such as <c>can't parse filter expression: syntax error</c>.</summary>
    public string Error { get; }

    private static string Shorten(string expression) => expression.Length <= 200 ? expression : $"{expression.AsSpan(0, 200)}…";
}
