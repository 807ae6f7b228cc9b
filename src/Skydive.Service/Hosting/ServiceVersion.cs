namespace Skydive.Service.Hosting;

/// <summary>The version of this program.</summary>
internal static class ServiceVersion
{
    public static string Text { get; } = typeof(ServiceVersion).Assembly.GetName().Version?.ToString(3)
        ?? throw new InvalidOperationException("the assembly has no version");

}
