using System.Management.Automation;
using Skydive.Client.Selection;

namespace Skydive.PowerShell;

/// <summary>Lets a parameter of type <see cref="DateTimeOffset"/> take what people write: <c>-5m</c>, <c>now</c>, a span ago, a date.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class SkydiveTimeAttribute : ArgumentTransformationAttribute
{
    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        var now = DateTimeOffset.Now;
        return MetadataParameter.Unwrap(inputData) switch
        {
            DateTimeOffset time => time,
            DateTime time => new DateTimeOffset(time),
            TimeSpan ago => now - ago.Duration(),

            // PowerShell reads 30s as the 16-bit number 30, and -30 as a number too.
            short seconds => now - TimeSpan.FromSeconds(Math.Abs((double)seconds)),
            int seconds => now - TimeSpan.FromSeconds(Math.Abs((double)seconds)),
            string text when TimeText.TryParseTime(text, now, out var time) => time,
            var other => throw new ArgumentTransformationMetadataException(
                $"'{other}' is no time: write -30s, '-1d', now, 2026-03-01T12:00:00Z, or give a DateTime or a TimeSpan{DurationHint.For(other)}"),
        };
    }
}
