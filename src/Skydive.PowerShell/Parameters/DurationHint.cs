namespace Skydive.PowerShell;

/// <summary>PowerShell reads some durations without quotes as numbers (1d is the decimal 1, 10y a byte), and the unit is lost.</summary>
internal static class DurationHint
{
    public static string For(object? value) => value is decimal or byte or sbyte or long or double or float ? "; a unit needs quotes here, as in '1d'" : string.Empty;
}
