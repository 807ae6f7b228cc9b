using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Spectre.Console;

namespace Skydive.Service.Commands;

/// <summary>Prints results: JSON indented, tables and trees as wide as the terminal.</summary>
internal sealed class CommandOutput(TextWriter text)
{
    private const int RedirectedWidth = 2000;

    private static readonly JsonWriterOptions s_options = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Where tables and trees go.</summary>
    public IAnsiConsole Console { get; } = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(text),

        // Colours are for people: a file or a pipe gets text alone.
        Ansi = System.Console.IsOutputRedirected ? AnsiSupport.No : AnsiSupport.Detect,
        ColorSystem = System.Console.IsOutputRedirected ? ColorSystemSupport.NoColors : ColorSystemSupport.Detect,
    });

    /// <summary>Makes tables in files and pipes as wide as they are, so that a line holds a row.</summary>
    public void KeepRowsWhole()
    {
        if (System.Console.IsOutputRedirected)
        {
            Console.Profile.Width = RedirectedWidth;
        }
    }

    /// <summary>Prints a value as JSON.</summary>
    public void Write<T>(T value, JsonTypeInfo<T> type)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, s_options))
        {
            JsonSerializer.Serialize(writer, value, type);
        }

        Print(stream);
    }

    /// <summary>Prints JSON that came from the service, indented; nothing when there is none.</summary>
    public void WriteJson(string json)
    {
        if (json.Length == 0)
        {
            return;
        }

        using var document = JsonDocument.Parse(json);
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream, s_options))
        {
            document.WriteTo(writer);
        }

        Print(stream);
    }

    /// <summary>Prints text as it is.</summary>
    public Task CopyAsync(string content) => text.WriteAsync(content);

    /// <summary>Passes bytes on to standard output.</summary>
    public async Task CopyBytesAsync(Func<Stream, Task> copy)
    {
        await text.FlushAsync().ConfigureAwait(false);
        await using var output = System.Console.OpenStandardOutput();
        await copy(output).ConfigureAwait(false);
    }

    private void Print(MemoryStream stream) => text.WriteLine(Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length));
}
