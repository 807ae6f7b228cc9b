using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Skydive.Analyzer.Api;
using Skydive.Contracts;
using Skydive.Contracts.Access;

namespace Skydive.Analyzer.Access;

/// <summary><c>/login</c> and <c>/logout</c>.</summary>
internal sealed class LogInEndpoint(IAccessControl access)
{
    /// <summary>A user name and a password are short.</summary>
    public const long MaximumBytes = 16 << 10;

    private const int MaximumValue = 1024;

    /// <summary>GET: there is a page for that.</summary>
    public static Task GetAsync(HttpContext context)
    {
        context.Response.Redirect("/");
        return Task.CompletedTask;
    }

    /// <summary>POST login: a form with <c>username</c> and <c>password</c>; answers with a token and what the user may do, as cookies too.</summary>
    public async Task PostAsync(HttpContext context)
    {
        if (!context.Request.HasFormContentType)
        {
            throw new BadHttpRequestException("expected a form with username and password", StatusCodes.Status400BadRequest);
        }

        IFormCollection form;
        try
        {
            form = await context.Request.ReadFormAsync(new() { ValueCountLimit = 8, ValueLengthLimit = MaximumValue, KeyLengthLimit = MaximumValue }, context.RequestAborted).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw new BadHttpRequestException($"the form is not valid: {e.Message}", StatusCodes.Status400BadRequest, e);
        }

        var decision = await access.LogInAsync(form["username"].ToString(), form["password"].ToString(), context).ConfigureAwait(false);
        if (!decision.IsKnown)
        {
            await AccessMiddleware.RefuseAsync(context, decision).ConfigureAwait(false);
            return;
        }

        AccessCookies.Set(context, decision.Caller);
        context.Response.Headers.CacheControl = "no-store";
        context.Response.ContentType = ResourceRequests.JsonType;
        var answer = new LogInAnswer { Token = decision.Caller.NewToken ?? string.Empty, Permissions = AccessCookies.PermissionsOf(decision.Caller) };
        await JsonSerializer.SerializeAsync(context.Response.Body, answer, ContractsJsonContext.Default.LogInAnswer, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>POST logout: the token is worth nothing from now on.</summary>
    public Task LogOutAsync(HttpContext context)
    {
        access.LogOut(context);
        AccessCookies.Clear(context);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
