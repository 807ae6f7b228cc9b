using System.Globalization;

namespace Skydive.Storage.Flows;

/// <summary>A set of flow UUIDs. Those that are 64-bit numbers, as all that captures make are, take a fifth of the memory of their text.</summary>
internal sealed class FlowUuidSet
{
    private readonly UInt64Set _numbers = new();
    private readonly HashSet<string> _texts = new(StringComparer.Ordinal);

    /// <summary>How many there are.</summary>
    public int Count => _numbers.Count + _texts.Count;

    /// <summary>Adds one.</summary>
    /// <param name="uuid">The UUID.</param>
    /// <returns>False when it is there already.</returns>
    public bool Add(string uuid) => TryGetNumber(uuid, out ulong number) ? _numbers.Add(number) : _texts.Add(uuid);

    /// <summary>Adds one by its number.</summary>
    /// <param name="number">What the UUID is in hexadecimal.</param>
    /// <returns>False when it is there already.</returns>
    public bool Add(ulong number) => _numbers.Add(number);

    /// <summary>Adds some by their numbers, the last one first.</summary>
    /// <param name="numbers">What the UUIDs are in hexadecimal.</param>
    /// <param name="isNew">Where it goes which of them were not there yet.</param>
    public void AddFromLast(ReadOnlySpan<ulong> numbers, Span<bool> isNew) => _numbers.AddFromLast(numbers, isNew);

    /// <summary>Makes room.</summary>
    /// <param name="count">For how many in all.</param>
    public void Reserve(int count) => _numbers.Reserve(count);

    /// <summary>The number of which the text is the only way to write it.</summary>
    private static bool TryGetNumber(string uuid, out ulong number)
    {
        number = 0;
        return uuid.Length is > 0 and <= 16 && (uuid[0] != '0' || uuid.Length == 1) && !uuid.AsSpan().ContainsAnyInRange('A', 'F')
            && ulong.TryParse(uuid, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }
}
