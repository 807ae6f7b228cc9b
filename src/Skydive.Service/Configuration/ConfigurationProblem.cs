namespace Skydive.Service.Configuration;

/// <summary>Something wrong with the configuration.</summary>
/// <param name="IsError">Whether the service cannot start with it.</param>
/// <param name="Where">File with line and column, or the environment variable.</param>
/// <param name="Message">What, which, what was expected.</param>
internal sealed record ConfigurationProblem(bool IsError, string Where, string Message)
{
    public override string ToString() => $"{Where}: {(IsError ? "error" : "warning")}: {Message}";
}
