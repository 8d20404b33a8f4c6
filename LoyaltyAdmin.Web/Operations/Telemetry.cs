using System.Diagnostics.Metrics;
using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Web.Access;
using OpenTelemetry;
using OpenTelemetry.Metrics;

namespace LoyaltyAdmin.Web.Operations;

/// <summary>The product's own figures under the meter <c>LoyaltyAdmin</c>; sent to a collector when <c>Telemetry:Otlp</c> names one.</summary>
public sealed class Telemetry : IDisposable
{
    public const string MeterName = "LoyaltyAdmin";

    private readonly Meter meter = new(MeterName);
    private readonly Counter<long> signIns;
    private readonly MeterProvider? exporter;

    public Telemetry(CircuitRegistry circuits, SecurityAlerts alerts, IConfiguration settings)
    {
        signIns = meter.CreateCounter<long>("loyalty.sign_ins", description: "Sign-in attempts by answer");
        var raised = meter.CreateCounter<long>("loyalty.security_alerts", description: "What looked like an attack; see the audit trail");
        alerts.Raised += () => raised.Add(1);
        meter.CreateObservableGauge("loyalty.circuits", () => circuits.Count, description: "Open portal circuits on this node");
        if (settings["Telemetry:Otlp"] is { Length: > 0 } endpoint)
        {
            exporter = Sdk.CreateMeterProviderBuilder()
                .AddMeter(MeterName, "Microsoft.AspNetCore.Hosting", "System.Runtime", "Npgsql")
                .AddOtlpExporter(options => options.Endpoint = new Uri(endpoint))
                .Build();
        }
    }

    /// <summary>Counts a sign-in attempt; never by whom.</summary>
    public void SignedIn(SignInAnswer answer) => signIns.Add(1, new KeyValuePair<string, object?>("answer", answer.ToString()));

    public void Dispose()
    {
        exporter?.Dispose();
        meter.Dispose();
    }
}

public static class OperationsStartup
{
    /// <summary>Health, figures, and logs as one JSON object a line outside Development, where machines read them.</summary>
    public static void AddOperations(this WebApplicationBuilder builder)
    {
        if (!builder.Environment.IsDevelopment())
        {
            builder.Logging.ClearProviders();
            builder.Logging.AddJsonConsole(options => (options.UseUtcTimestamp, options.TimestampFormat) = (true, "yyyy-MM-ddTHH:mm:ss.fffZ"));
        }

        builder.Services.AddSingleton<Telemetry>();
        builder.Services.AddHealth();
    }
}
