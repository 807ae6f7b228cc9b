using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Skydive.Service.Security;

/// <summary>Users of OpenStack: asks Keystone for a token of the user for a project (Identity API v3, "Password authentication with scoped authorization").</summary>
internal sealed class KeystoneBackend : IAuthenticationBackend, IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(10);

    private readonly Uri _tokens;
    private readonly string _project;
    private readonly string _domain;
    private readonly HttpClient _client;

    /// <summary>Makes a backend; nothing is asked yet.</summary>
    /// <param name="name">Name of the section.</param>
    /// <param name="address">Address of Keystone, with or without <c>/v3</c>.</param>
    /// <param name="project">The project (tenant) for which users must have a role.</param>
    /// <param name="domain">The domain of users and project.</param>
    /// <param name="handler">How requests are sent.</param>
    public KeystoneBackend(string name, Uri address, string project, string domain, HttpMessageHandler handler)
    {
        Name = name;
        string text = address.AbsoluteUri.TrimEnd('/');
        _tokens = new(text.EndsWith("/v3", StringComparison.OrdinalIgnoreCase) ? text + "/auth/tokens" : text + "/v3/auth/tokens");
        _project = project;
        _domain = domain;
        _client = new(handler) { Timeout = s_timeout, MaxResponseContentBufferSize = 1 << 20 };
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public async ValueTask<UserRecord?> CheckAsync(string user, string password, CancellationToken cancellationToken)
    {
        var request = new JsonObject
        {
            ["auth"] = new JsonObject
            {
                ["identity"] = new JsonObject
                {
                    ["methods"] = new JsonArray("password"),
                    ["password"] = new JsonObject { ["user"] = new JsonObject { ["name"] = user, ["domain"] = new JsonObject { ["name"] = _domain }, ["password"] = password } },
                },
                ["scope"] = new JsonObject { ["project"] = new JsonObject { ["name"] = _project, ["domain"] = new JsonObject { ["name"] = _domain } } },
            },
        };
        try
        {
            using var content = JsonContent.Create(request);
            using var response = await _client.PostAsync(_tokens, content, cancellationToken).ConfigureAwait(false);
            return response.StatusCode switch
            {
                HttpStatusCode.Created => Find(user),
                HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest or HttpStatusCode.Forbidden => null,
                var status => throw new AuthenticationUnavailableException($"Keystone at {_tokens.Authority} answers {(int)status}"),
            };
        }
        catch (HttpRequestException e)
        {
            throw new AuthenticationUnavailableException($"Keystone at {_tokens.Authority} cannot be asked: {e.Message}", e);
        }
        catch (TaskCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new AuthenticationUnavailableException($"Keystone at {_tokens.Authority} does not answer", e);
        }
    }

    /// <summary>Whether he still is there only Keystone knows, and only with his password: until his token expires he is.</summary>
    public UserRecord? Find(string user) => new(user, [], string.Empty);

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();
}
