using System.Globalization;
using Skydive.Contracts.Configuration;

namespace Skydive.Service.Configuration;

/// <summary>Something wrong with the configuration.</summary>
/// <param name="IsError">Whether the service cannot start with it.</param>
/// <param name="Where">File with line and column, or the environment variable.</param>
/// <param name="Message">What, which, what was expected.</param>
internal sealed record ConfigurationProblem(bool IsError, string Where, string Message)
{
    /// <summary>The key that it is about, told or as the message begins with it; null when it is about none.</summary>
    public string? Key
    {
        get => field ?? (Message.IndexOf(": ", StringComparison.Ordinal) is > 0 and var end && SettingDefinitions.Find(Message[..end]) is not null ? Message[..end] : null);
        init;
    }

    public override string ToString() => $"{Where}: {(IsError ? "error" : "warning")}: {Message}";

    /// <summary>The problem with its place in parts.</summary>
    public ConfigurationDiagnostic ToDiagnostic()
    {
        string path = Where;
        long? column = TakeNumber(ref path);
        long? line = column is null ? null : TakeNumber(ref path);
        return new()
        {
            Path = line is null ? Where : path,
            Line = line,
            Column = line is null ? null : column,
            Severity = IsError ? "error" : "warning",
            Key = Key,
            Message = Message,
        };
    }

    private static long? TakeNumber(ref string path)
    {
        int colon = path.LastIndexOf(':');
        if (colon <= 0 || !long.TryParse(path.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out long number))
        {
            return null;
        }

        path = path[..colon];
        return number;
    }
}
