using System.Buffers;
using System.Text.Json;

namespace Skydive.Client.Http;

/// <summary>
/// Cuts a JSON document that arrives in pieces into its items: the elements when it is an array, else the document itself. Looks at each
/// byte once, so that an item is given as soon as its last byte is there, whatever its size. Does no I/O and does not check what is inside
/// an item; whoever parses the item does.
/// </summary>
internal sealed class JsonItemSplitter : IDisposable
{
    private const int MinimumRead = 16 * 1024;

    private static readonly SearchValues<byte> s_structure = SearchValues.Create("\"{}[]"u8);
    private static readonly SearchValues<byte> s_stringEnd = SearchValues.Create("\"\\"u8);
    private static readonly SearchValues<byte> s_scalarEnd = SearchValues.Create(" \t\r\n,]"u8);

    private readonly int _maximumItemBytes;
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(MinimumRead);
    private int _itemStart;
    private int _scanned;
    private int _filled;
    private State _state;
    private bool _isArray;
    private int _depth;
    private bool _inString;

    public JsonItemSplitter(int maximumItemBytes) => _maximumItemBytes = maximumItemBytes;

    private enum State
    {
        Start,
        FirstOrEnd,
        Next,
        InContainer,
        InString,
        InScalar,
        Separator,
        End,
    }

    /// <summary>Room for more input. Items given before are no longer valid.</summary>
    public Memory<byte> GetMemory()
    {
        int keepFrom = _state is State.InContainer or State.InString or State.InScalar ? _itemStart : _scanned;
        int kept = _filled - keepFrom;
        if (_buffer.Length - kept < MinimumRead)
        {
            if (kept > _maximumItemBytes)
            {
                throw new JsonException($"one item of the answer is larger than {_maximumItemBytes} bytes");
            }

            byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max((long)_buffer.Length * 2, kept + MinimumRead), Array.MaxLength));
            _buffer.AsSpan(keepFrom, kept).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }
        else if (keepFrom > 0)
        {
            _buffer.AsSpan(keepFrom, kept).CopyTo(_buffer);
        }

        _itemStart -= keepFrom;
        _scanned -= keepFrom;
        _filled = kept;
        return _buffer.AsMemory(_filled);
    }

    /// <summary>Says how much was put into the room.</summary>
    /// <param name="count">Bytes.</param>
    public void Advance(int count) => _filled += count;

    /// <summary>Gives the next item that is complete.</summary>
    /// <param name="item">Its bytes, until the next call of <see cref="GetMemory"/>.</param>
    /// <returns>False when more input is needed, or the document is at its end.</returns>
    /// <exception cref="JsonException">The document is no JSON.</exception>
    public bool TryRead(out ReadOnlySpan<byte> item)
    {
        while (_scanned < _filled)
        {
            byte current = _buffer[_scanned];
            switch (_state)
            {
                case State.InContainer or State.InString or State.InScalar:
                    if (FindEnd())
                    {
                        item = _buffer.AsSpan(_itemStart, _scanned - _itemStart);
                        _state = _isArray ? State.Separator : State.End;
                        return true;
                    }

                    // A lone backslash at the end of what is there is looked at again when more has come.
                    item = default;
                    return false;
                case var _ when current is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n':
                    _scanned++;
                    break;
                case State.Start when current == '[':
                    _isArray = true;
                    _state = State.FirstOrEnd;
                    _scanned++;
                    break;
                case State.FirstOrEnd when current == ']':
                case State.Separator when current == ']':
                    _state = State.End;
                    _scanned++;
                    break;
                case State.Separator when current == ',':
                    _state = State.Next;
                    _scanned++;
                    break;
                case State.Start or State.FirstOrEnd or State.Next when current is not ((byte)',' or (byte)']' or (byte)'}' or (byte)':'):
                    _itemStart = _scanned;
                    _depth = 0;
                    _inString = false;
                    _state = current is (byte)'{' or (byte)'[' ? State.InContainer : current == '"' ? State.InString : State.InScalar;
                    break;
                default:
                    throw new JsonException($"the answer is no JSON: '{(char)current}' is not expected there");
            }
        }

        item = default;
        return false;
    }

    /// <summary>Says that no more input comes.</summary>
    /// <param name="item">The last item, when the document is a lone number or word, whose end only the end of input tells.</param>
    /// <returns>Whether there was such an item.</returns>
    /// <exception cref="JsonException">The document is not complete.</exception>
    public bool Complete(out ReadOnlySpan<byte> item)
    {
        item = default;
        if (_state == State.InScalar && !_isArray)
        {
            item = _buffer.AsSpan(_itemStart, _filled - _itemStart);
            _state = State.End;
            return true;
        }

        return _state is State.End or State.Start ? false : throw new JsonException("the answer ends in the middle");
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    // Moves on to the first byte behind the item, or to the end of what is there.
    private bool FindEnd()
    {
        if (_state == State.InScalar)
        {
            int end = _buffer.AsSpan(_scanned, _filled - _scanned).IndexOfAny(s_scalarEnd);
            _scanned = end < 0 ? _filled : _scanned + end;
            return end >= 0;
        }

        while (_scanned < _filled)
        {
            var rest = _buffer.AsSpan(_scanned, _filled - _scanned);
            int next = rest.IndexOfAny(_inString ? s_stringEnd : s_structure);
            if (next < 0)
            {
                _scanned = _filled;
                return false;
            }

            if (_inString && rest[next] == '\\')
            {
                // The escaped character decides nothing, but it may not have come yet.
                if (next + 1 >= rest.Length)
                {
                    _scanned += next;
                    return false;
                }

                _scanned += next + 2;
                continue;
            }

            _scanned += next + 1;
            switch (rest[next])
            {
                case (byte)'"':
                    _inString = !_inString;
                    if (!_inString && _state == State.InString)
                    {
                        return true;
                    }

                    break;
                case (byte)'{' or (byte)'[':
                    _depth++;
                    break;
                default:
                    if (--_depth == 0)
                    {
                        return true;
                    }

                    break;
            }
        }

        return false;
    }
}
