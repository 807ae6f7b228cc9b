using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Skydive.Contracts;
using Skydive.Contracts.Access;

namespace Skydive.Analyzer.Access;

/// <summary>The cookies of Skydive: <c>authtoken</c>, and <c>permissions</c>, by which a page knows what to offer.</summary>
internal static class AccessCookies
{
    public const string Token = "authtoken";
    private const string Permissions = "permissions";

    /// <summary>What a caller may do, of everything that can be allowed.</summary>
    public static IReadOnlyList<GrantedPermission> PermissionsOf(Caller caller) =>
        [.. Permission.All.Select(permission => new GrantedPermission { Object = permission.Object, Action = permission.Action, Allowed = caller.IsAllowed(permission) })];

    /// <summary>Gives the cookies to a client.</summary>
    public static void Set(HttpContext context, Caller caller)
    {
        byte[] permissions = JsonSerializer.SerializeToUtf8Bytes(PermissionsOf(caller), ContractsJsonContext.Default.IReadOnlyListGrantedPermission);
        Append(context, Permissions, Convert.ToBase64String(permissions), isSecret: false);
        if (caller.NewToken is { } token)
        {
            Append(context, Token, token, isSecret: true);
        }
    }

    /// <summary>Takes the cookies away.</summary>
    public static void Clear(HttpContext context)
    {
        context.Response.Cookies.Delete(Permissions);
        context.Response.Cookies.Delete(Token);
    }

    // Written as it is: base 64 needs no escaping, and pages written for Skydive do not undo any.
    private static void Append(HttpContext context, string name, string value, bool isSecret)
    {
        var cookie = new SetCookieHeaderValue(name, value)
        {
            Path = "/", HttpOnly = isSecret, Secure = context.Request.IsHttps, SameSite = Microsoft.Net.Http.Headers.SameSiteMode.Strict,
        };
        context.Response.Headers.Append(HeaderNames.SetCookie, cookie.ToString());
    }
}
