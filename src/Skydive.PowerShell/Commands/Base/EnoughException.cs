namespace Skydive.PowerShell;

/// <summary>Leaves a pump from inside when all that was asked for has been given, as Select-Object does from further down.</summary>
internal sealed class EnoughException : Exception;
