namespace Skydive.Service.LocalServices;

/// <summary>Asks a service whether it is ready.</summary>
internal sealed class Readiness : IDisposable
{
    // It is asked on this host whether it runs, and told nothing: whose certificate it shows does not matter.
    private readonly HttpClient _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        SslOptions = { RemoteCertificateValidationCallback = static (_, _, _, _) => true },
    })
    {
        Timeout = TimeSpan.FromSeconds(3),
    };

    /// <summary>Asks once.</summary>
    /// <param name="endpoint">Its address.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<bool> AskAsync(string endpoint, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await _client.GetAsync(new Uri(new Uri(endpoint), "/readyz"), cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode;
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    public void Dispose() => _client.Dispose();
}
