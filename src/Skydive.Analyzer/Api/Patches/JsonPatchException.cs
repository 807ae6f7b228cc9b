namespace Skydive.Analyzer.Api.Patches;

/// <summary>A JSON patch that is none, or cannot be applied to the document at hand.</summary>
internal sealed class JsonPatchException(string message, Exception? innerException = null) : Exception(message, innerException);
