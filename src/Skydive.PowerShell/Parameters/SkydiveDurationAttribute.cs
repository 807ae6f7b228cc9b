using System.Management.Automation;
using Skydive.Client.Selection;

namespace Skydive.PowerShell;

/// <summary>Lets a parameter of type <see cref="TimeSpan"/> take what people write: <c>30s</c>, <c>5m</c>, <c>'1d'</c>, or seconds.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class SkydiveDurationAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData) => MetadataParameter.Unwrap(inputData) switch
    {
        TimeSpan span when span > TimeSpan.Zero => span,
        short seconds when seconds > 0 => TimeSpan.FromSeconds(seconds),
        int seconds when seconds > 0 => TimeSpan.FromSeconds(seconds),
        string text when TimeText.TryParseSpan(text, out var span) && span > TimeSpan.Zero => span,
        var other => throw new ArgumentTransformationMetadataException(
            $"'{other}' is no duration: write 30s, 5m, '1d', 00:05:00, seconds as a number, or give a TimeSpan{DurationHint.For(other)}"),
    };
}
