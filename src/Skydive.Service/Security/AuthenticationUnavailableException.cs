namespace Skydive.Service.Security;

/// <summary>Whether a password is right cannot be told now.</summary>
internal sealed class AuthenticationUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);
