using System.Buffers.Binary;

namespace Skydive.Linux.Route;

/// <summary>
/// A link-layer address: 6 bytes for Ethernet, 20 for InfiniBand, 4 or 16 for tunnels (the tunnel's own IP address), at most 32.
/// </summary>
/// <remarks>Up to 8 bytes are kept in place; longer ones cost one array.</remarks>
public readonly struct HardwareAddress : IEquatable<HardwareAddress>
{
    /// <summary>The longest address the kernel knows (<c>MAX_ADDR_LEN</c>).</summary>
    public const int MaximumLength = 32;

    private readonly ulong _short;
    private readonly byte[]? _long;
    private readonly byte _length;

    /// <summary>Copies an address.</summary>
    /// <param name="bytes">The bytes, at most 32; none for no address.</param>
    public HardwareAddress(ReadOnlySpan<byte> bytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytes.Length, MaximumLength, nameof(bytes));
        _length = (byte)bytes.Length;
        if (bytes.Length <= sizeof(ulong))
        {
            Span<byte> padded = stackalloc byte[sizeof(ulong)];
            padded.Clear();
            bytes.CopyTo(padded);
            _short = BinaryPrimitives.ReadUInt64LittleEndian(padded);
        }
        else
        {
            _long = bytes.ToArray();
        }
    }

    /// <summary>The length in bytes; zero when there is no address.</summary>
    public int Length => _length;

    /// <summary>Whether there is no address.</summary>
    public bool IsEmpty => _length == 0;

    /// <summary>Whether there is no address, or one of zeros, as the loopback interface has.</summary>
    public bool IsZero => _long is null ? _short == 0 : !_long.AsSpan().ContainsAnyExcept((byte)0);

    /// <summary>Compares.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they are the same bytes.</returns>
    public static bool operator ==(HardwareAddress left, HardwareAddress right) => left.Equals(right);

    /// <summary>Compares.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    /// <returns>Whether they differ.</returns>
    public static bool operator !=(HardwareAddress left, HardwareAddress right) => !left.Equals(right);

    /// <summary>Copies the bytes out.</summary>
    /// <param name="destination">At least <see cref="Length"/> bytes.</param>
    public void CopyTo(Span<byte> destination)
    {
        if (_long is not null)
        {
            _long.CopyTo(destination);
            return;
        }

        Span<byte> padded = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(padded, _short);
        padded[.._length].CopyTo(destination);
    }

    /// <inheritdoc/>
    public bool Equals(HardwareAddress other) => _length == other._length
        && (_long is null ? _short == other._short : _long.AsSpan().SequenceEqual(other._long));

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is HardwareAddress other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        if (_long is null)
        {
            return HashCode.Combine(_short, _length);
        }

        var hash = default(HashCode);
        hash.AddBytes(_long);
        return hash.ToHashCode();
    }

    /// <summary>The usual text: lower-case hexadecimal pairs with colons, such as <c>02:42:ac:11:00:02</c>; empty for no address.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        if (_length == 0)
        {
            return string.Empty;
        }

        return string.Create((_length * 3) - 1, this, static (text, address) =>
        {
            Span<byte> bytes = stackalloc byte[MaximumLength];
            address.CopyTo(bytes);
            for (int i = 0; i < address.Length; i++)
            {
                if (i > 0)
                {
                    text[(i * 3) - 1] = ':';
                }

                text[i * 3] = Digit(bytes[i] >> 4);
                text[(i * 3) + 1] = Digit(bytes[i] & 15);
            }
        });
    }

    /// <summary>The bytes if they are no longer than an address can be; no address otherwise.</summary>
    internal static HardwareAddress FromKernel(ReadOnlySpan<byte> bytes) => bytes.Length <= MaximumLength ? new HardwareAddress(bytes) : default;

    private static char Digit(int value) => (char)(value < 10 ? '0' + value : 'a' + value - 10);
}
