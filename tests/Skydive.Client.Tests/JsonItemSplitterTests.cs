using System.Text;
using System.Text.Json;
using Skydive.Client.Http;

namespace Skydive.Client.Tests;

public sealed class JsonItemSplitterTests
{
    [Theory]
    [InlineData("[1, \"a,]}\\\"\" ,{\"b\":[\"}\"]},[[]], null ]", "1|\"a,]}\\\"\"|{\"b\":[\"}\"]}|[[]]|null")]
    [InlineData("{\"a\":[1]}", "{\"a\":[1]}")]
    [InlineData(" 42", "42")]
    public void TryRead_InPiecesOfAnySize_GivesTheSameItems(string text, string expected)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        for (int size = 1; size <= bytes.Length; size++)
        {
            Assert.Equal(expected, string.Join('|', Split(bytes, size)));
        }
    }

    [Fact]
    public void TryRead_ItemLargerThanTheBuffer_IsGivenWhole()
    {
        string large = new('x', 300_000);

        Assert.Equal([$"\"{large}\"", "1"], Split(Encoding.UTF8.GetBytes($"[\"{large}\",1]"), 1000));
    }

    [Fact]
    public void TryRead_RandomBytes_EndsWithItemsOrJsonException()
    {
        var random = new Random(7);
        byte[] alphabet = Encoding.UTF8.GetBytes("[]{}\",:\\ 1a");
        for (int round = 0; round < 100_000; round++)
        {
            byte[] bytes = new byte[random.Next(1, 40)];
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = alphabet[random.Next(alphabet.Length)];
            }

            try
            {
                Split(bytes, random.Next(1, 8));
            }
            catch (JsonException)
            {
            }
        }
    }

    private static List<string> Split(byte[] bytes, int size)
    {
        var items = new List<string>();
        using var splitter = new JsonItemSplitter(1 << 20);
        for (int start = 0; start < bytes.Length; start += size)
        {
            var piece = bytes.AsSpan(start, Math.Min(size, bytes.Length - start));
            piece.CopyTo(splitter.GetMemory().Span);
            splitter.Advance(piece.Length);
            while (splitter.TryRead(out var item))
            {
                items.Add(Encoding.UTF8.GetString(item));
            }
        }

        if (splitter.Complete(out var last))
        {
            items.Add(Encoding.UTF8.GetString(last));
        }

        return items;
    }
}
