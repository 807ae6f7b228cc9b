namespace Skydive.Storage.Sqlite;

/// <summary>What a parameter of a statement is set to: a number, a text, bytes, or NULL.</summary>
internal readonly struct StatementValue
{
    private readonly object? _object;
    private readonly long _number;
    private readonly bool _isNumber;

    private StatementValue(object? value) => _object = value;

    private StatementValue(long number)
    {
        _number = number;
        _isNumber = true;
    }

    /// <summary>The number; null when it is none.</summary>
    public long? Number => _isNumber ? _number : null;

    /// <summary>The text; null when it is none.</summary>
    public string? Text => _object as string;

    /// <summary>The bytes; null when there are none.</summary>
    public byte[]? Bytes => _object as byte[];

    public static implicit operator StatementValue(long number) => new(number);

    public static implicit operator StatementValue(long? number) => number is { } value ? new(value) : default;

    public static implicit operator StatementValue(string? text) => new(text);

    public static implicit operator StatementValue(byte[]? bytes) => new(bytes);
}
