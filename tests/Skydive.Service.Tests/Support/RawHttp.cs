using System.Net.Sockets;
using System.Text;

namespace Skydive.Service.Tests.Support;

/// <summary>Sends bytes as they are, for what no decent client would send.</summary>
internal static class RawHttp
{
    /// <summary>Sends a text in Latin 1 and gives everything that comes until the other side closes, or says nothing for a while.</summary>
    public static async Task<string> AskAsync(Uri address, string request, TimeSpan? patience = null)
    {
        using var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(address.Host, address.Port);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(request));
        }
        catch (IOException)
        {
            // It had enough before the end.
        }

        return await ReadAsync(stream, patience ?? TimeSpan.FromSeconds(10));
    }

    /// <summary>Reads until the other side closes, or says nothing for a while.</summary>
    public static async Task<string> ReadAsync(Stream stream, TimeSpan patience)
    {
        var text = new StringBuilder();
        byte[] buffer = new byte[16384];
        try
        {
            while (true)
            {
                using var deadline = new CancellationTokenSource(patience);
                int count = await stream.ReadAsync(buffer, deadline.Token);
                if (count == 0)
                {
                    break;
                }

                text.Append(Encoding.Latin1.GetString(buffer, 0, count));
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            text.Append(e is OperationCanceledException ? "\n(silence)" : "\n(reset)");
        }

        return text.ToString();
    }
}
