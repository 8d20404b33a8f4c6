using LoyaltyAdmin.Domain.Access;
using LoyaltyAdmin.Domain.Data;
using LoyaltyAdmin.Domain.Excel;
using LoyaltyAdmin.Domain.Imports;
using LoyaltyAdmin.Domain.Jobs;
using LoyaltyAdmin.Domain.Values;
using Microsoft.EntityFrameworkCore;

namespace LoyaltyAdmin.Domain.Coupons;

/// <summary>Brings codes in for coupons that take imported ones.</summary>
[Requires(Permission.CouponsEdit)]
public sealed class CouponCodeImports(ImportTools tools, ImportWork work) : ImportFlow(tools, work, ImportKind.CouponCodes);

/// <summary>A row as it was understood.</summary>
internal sealed record ImportedCouponCode(string Coupon, string Code);

/// <summary>A row as it is written.</summary>
internal sealed record ReadyCouponCode(byte[] Hash, object?[] Columns);

/// <summary>What an import of coupon codes is made of. Codes are free as soon as their chunk is written; taking the import back removes those nobody got.</summary>
internal sealed class CouponCodeImport(LoyaltyDatabase database, CouponCodes codes) : ImportDefinition<ImportedCouponCode, ReadyCouponCode>
{
    public const string Coupon = "Coupon";
    public const string Code = "Code";

    /// <summary>Shorter ones could be guessed.</summary>
    public const int ShortestCode = 8;

    private static readonly Sheet<ImportedCouponCode> columns = new Sheet<ImportedCouponCode>("Coupon Codes")
        .Text(Coupon, row => row.Coupon, new() { Required = true, Example = "CN-0001", Help = "The coupon's own code, as on the Coupons page.", MaxLength = 20 })
        .Text(Code, row => row.Code, new() { Required = true, Example = "FLYER7Q2M9KX4", Help = "8 to 32 letters and digits, each code once.", MaxLength = 40, Synonyms = ["Coupon Code", "Voucher"] });

    public override ImportKind Kind => ImportKind.CouponCodes;

    public override string Things => "codes";

    public override bool CanRollBack => true;

    public override Sheet<ImportedCouponCode> Rows => columns;

    internal override async Task<Sheet> TemplateAsync(LoyaltyDbContext db, Grant grant, CancellationToken cancel) => columns.Allow(Coupon, (await CouponsAsync(db, cancel)).Keys.Order(StringComparer.Ordinal));

    public override async Task<ImportChecks<ImportedCouponCode>> ChecksAsync(LoyaltyDbContext db, Grant grant, string? settings, CancellationToken cancel) => new Checks(await CouponsAsync(db, cancel), codes);

    public override async Task<ImportApply<ImportedCouponCode, ReadyCouponCode>> ApplierAsync(LoyaltyDbContext db, ImportJob job, CancellationToken cancel) => new Apply(database, codes, await CouponsAsync(db, cancel), job.Id);

    internal override async Task<int> UndoAsync(ImportTools tools, ImportJob job, HeldLease lease, Action<int> progressed, CancellationToken cancel) => await database.WriteAsync(Actor.System, async db =>
    {
        await tools.Leases.DemandAsync(db, lease, cancel);
        await db.CouponCodes.Where(code => code.ImportId == job.Id && code.MemberCouponId == null).ExecuteDeleteAsync(cancel);

        return await db.CouponCodes.CountAsync(code => code.ImportId == job.Id, cancel);
    }, cancel);

    private static async Task<Dictionary<string, long>> CouponsAsync(LoyaltyDbContext db, CancellationToken cancel) =>
        await db.Coupons.Where(c => c.CodeKind == CouponCodeKind.Imported && c.Status != CouponStatus.Archived).ToDictionaryAsync(c => c.Code, c => c.Id, StringComparer.OrdinalIgnoreCase, cancel);

    private static async Task<HashSet<string>> TakenAsync(LoyaltyDbContext db, byte[][] hashes, CancellationToken cancel)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var some in hashes.Chunk(500))
        {
            var free = await db.CouponCodes.Where(c => some.Contains(c.CodeHash)).Select(c => c.CodeHash).ToListAsync(cancel);
            var held = await db.MemberCoupons.Where(c => c.CodeHash != null && some.Contains(c.CodeHash)).Select(c => c.CodeHash!).ToListAsync(cancel);
            var universal = await db.Coupons.Where(c => c.CodeHash != null && some.Contains(c.CodeHash)).Select(c => c.CodeHash!).ToListAsync(cancel);
            taken.UnionWith([.. free.Concat(held).Concat(universal).Select(Convert.ToHexString)]);
        }

        return taken;
    }

    private sealed class Checks(Dictionary<string, long> coupons, CouponCodes codes) : ImportChecks<ImportedCouponCode>
    {
        private readonly HashSet<string> seen = new(StringComparer.Ordinal);

        public override ImportedCouponCode? Check(SheetRow row, Action<string, string, string> error)
        {
            if (row.Text(Coupon) is not { } coupon || row.Text(Code) is not { } code)
            {
                return null;
            }

            var normal = CouponCodes.Normalise(code);
            if (!coupons.ContainsKey(coupon.Trim()))
            {
                error(Coupon, "unknown_coupon", "No coupon that takes imported codes has this code.");
            }

            if (CouponCodes.Fault(normal, ShortestCode) is { } fault)
            {
                error(Code, "bad_code", fault);
            }
            else if (!seen.Add(normal))
            {
                error(Code, "code_twice", "This code is in the file twice.");
            }

            return new ImportedCouponCode(coupon.Trim(), normal);
        }

        public override async Task<IReadOnlyDictionary<int, RowFault>> AgainstDatabaseAsync(LoyaltyDbContext db, IReadOnlyList<ImportedCouponCode> rows, CancellationToken cancel) =>
            await ClashesAsync(db, [.. rows.Select(row => codes.Hash(row.Code))], cancel);
    }

    private static async Task<IReadOnlyDictionary<int, RowFault>> ClashesAsync(LoyaltyDbContext db, byte[][] hashes, CancellationToken cancel)
    {
        var taken = await TakenAsync(db, hashes, cancel);

        return Enumerable.Range(0, hashes.Length).Where(i => taken.Contains(Convert.ToHexString(hashes[i]))).ToDictionary(i => i, _ => new RowFault(Code, "code_taken", "This code exists already."));
    }

    private sealed class Apply(LoyaltyDatabase database, CouponCodes codes, Dictionary<string, long> coupons, long importId) : ImportApply<ImportedCouponCode, ReadyCouponCode>
    {
        private static readonly BulkColumn[] columns = [new("CouponId", BulkType.Long), new("CodeHash", BulkType.Bytes), new("SealedCode", BulkType.Bytes), new("LastFour", BulkType.Text), new("ImportId", BulkType.Long)];

        public override ReadyCouponCode Prepare(int rowNumber, ImportedCouponCode row)
        {
            var hash = codes.Hash(row.Code);

            return new ReadyCouponCode(hash, [coupons[row.Coupon], hash, codes.Seal(row.Code), CouponCodes.LastFour(row.Code), importId]);
        }

        public override async Task<IReadOnlyList<long>> WriteAsync(LoyaltyDbContext db, IReadOnlyList<ReadyCouponCode> rows, CancellationToken cancel) =>
            await database.Provider.Bulk.InsertReturningIdsAsync(db, "CouponCodes", columns, [.. rows.Select(row => row.Columns)], cancel);

        public override Task<IReadOnlyDictionary<int, RowFault>> ClashesAsync(LoyaltyDbContext db, IReadOnlyList<ReadyCouponCode> rows, CancellationToken cancel) =>
            CouponCodeImport.ClashesAsync(db, [.. rows.Select(row => row.Hash)], cancel);
    }
}
