namespace Skydive.Service.Security;

/// <summary>Where users and passwords are known. Safe for use by several threads at once.</summary>
internal interface IAuthenticationBackend
{
    /// <summary>Name of its section in the configuration.</summary>
    string Name { get; }

    /// <summary>Checks a password. Takes as long for users that there are not.</summary>
    /// <returns>The user; null when there is none of this name and password.</returns>
    /// <exception cref="AuthenticationUnavailableException">It cannot be told now.</exception>
    ValueTask<UserRecord?> CheckAsync(string user, string password, CancellationToken cancellationToken);

    /// <summary>A user as he is known now; null when he is not any more.</summary>
    UserRecord? Find(string user);
}
