using System.Management.Automation;
using Skydive.Client.Selection;

namespace Skydive.PowerShell;

/// <summary>Lets a parameter of type <see cref="TimeSpan"/> take what people write: <c>30s</c>, <c>5m</c>, <c>'1d'</c>, or seconds.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class SkydiveDurationAttribute : ArgumentTransformationAttribute
{
    /// <summary>Whether there may be no time at all.</summary>
    public bool AllowZero { get; set; }

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => MetadataParameter.Unwrap(inputData) switch
    {
        TimeSpan span when IsAllowed(span) => span,
        short seconds when IsAllowed(TimeSpan.FromSeconds(seconds)) => TimeSpan.FromSeconds(seconds),
        int seconds when IsAllowed(TimeSpan.FromSeconds(seconds)) => TimeSpan.FromSeconds(seconds),
        string text when TimeText.TryParseSpan(text, out var span) && IsAllowed(span) => span,
        var other => throw new ArgumentTransformationMetadataException(
            $"'{other}' is no duration: write 30s, 5m, '1d', 00:05:00, seconds as a number, or give a TimeSpan{DurationHint.For(other)}"),
    };

    private bool IsAllowed(TimeSpan span) => span > TimeSpan.Zero || (AllowZero && span == TimeSpan.Zero);
}
